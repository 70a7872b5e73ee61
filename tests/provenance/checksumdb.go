// Reads the log with Go's own checksum-database code (golang.org/x/mod/sumdb) and says what it makes of it.
//
// checksumdb KEY URL OLD ENTRIES: opens the checkpoint with KEY, proves every entry that the log serves below the
// given number, and that the tree of each of the sizes in OLD (with their roots, "size:base64,…") is its beginning.
// Two things are adapted, neither of them a hash or a signature: Go asks for tile/8/L/N where C2SP has tile/L/N,
// and Go's tree note begins with its own database's name where C2SP has the log's.
package main

import (
	"encoding/base64"
	"fmt"
	"io/ioutil"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var base string

var kept = map[string][]byte{}

// get fetches each path once, as Go's own client keeps what it fetched.
func get(path string) []byte {
	if found, ok := kept[path]; ok {
		return found
	}
	answer, err := http.Get(base + "/" + path)
	check(err)
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		fail(fmt.Errorf("%s: %s", path, answer.Status))
	}
	found, err := ioutil.ReadAll(answer.Body)
	check(err)
	kept[path] = found
	return found
}

func fail(err error) { fmt.Println(err); os.Exit(1) }

func check(err error) {
	if err != nil {
		fail(err)
	}
}

type reader struct{}

func (reader) Height() int { return 8 }

func (reader) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, each := range wanted {
		found = append(found, get(strings.Replace(each.Path(), "tile/8/", "tile/", 1)))
	}
	return found, nil
}

func (reader) SaveTiles([]tlog.Tile, [][]byte) {}

func tree(key string) tlog.Tree {
	verifier, err := note.NewVerifier(key)
	check(err)
	opened, err := note.Open(get("checkpoint"), note.VerifierList(verifier))
	check(err)
	_, rest, _ := strings.Cut(opened.Text, "\n")
	found, err := tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	check(err)
	return found
}

// entry returns what the log serves at a place, from its bundle.
func entry(place int64, size int64) []byte {
	path := strings.Replace(tlog.Tile{H: 8, L: -1, N: place / 256, W: width(place/256, size)}.Path(), "tile/8/data/", "tile/entries/", 1)
	data := get(path)
	for i := int64(0); i < place%256; i++ {
		data = data[2+(int(data[0])<<8|int(data[1])):]
	}
	return data[2 : 2+(int(data[0])<<8|int(data[1]))]
}

func width(index int64, size int64) int {
	if size-index*256 < 256 {
		return int(size - index*256)
	}
	return 256
}

func main() {
	base = os.Args[2]
	now := tree(os.Args[1])
	hashes := tlog.TileHashReader(now, reader{})
	entries, err := strconv.ParseInt(os.Args[4], 10, 64)
	check(err)
	for place := int64(0); place < entries; place++ {
		proof, err := tlog.ProveRecord(now.N, place, hashes)
		check(err)
		check(tlog.CheckRecord(proof, now.N, now.Hash, place, tlog.RecordHash(entry(place, now.N))))
	}
	for _, each := range strings.Split(os.Args[3], ",") {
		size, root, _ := strings.Cut(each, ":")
		old, err := strconv.ParseInt(size, 10, 64)
		check(err)
		var then tlog.Hash
		raw, err := base64.StdEncoding.DecodeString(root)
		check(err)
		copy(then[:], raw)
		proof, err := tlog.ProveTree(now.N, old, hashes)
		check(err)
		check(tlog.CheckTree(proof, now.N, now.Hash, old, then))
	}
	fmt.Printf("size %d, %d entries, %d older trees\n", now.N, entries, len(strings.Split(os.Args[3], ",")))
}
