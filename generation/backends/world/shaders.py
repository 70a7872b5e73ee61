"""The GLSL of the picture: one lighting model, four surfaces (things, ground, face, backdrop), one shadow pass."""

HEADER = "#version 330 core\n"

LIGHT = """
uniform vec3 eye, sun, sun_colour, sky_colour, bounce_colour;
uniform mat4 shadow_matrix;
uniform sampler2DShadow shadow_map;
uniform vec4 blobs[16];      // soft contact shadow: centre and radius of each thing
uniform int blob_count;
uniform float toon, contrast, exposure, flat_ground;
uniform vec2 screen;
uniform vec3 tint;
out vec4 colour_out;

float lit(vec3 p, vec3 n) {
    vec4 q = shadow_matrix * vec4(p + n * 0.006, 1.0);
    vec3 s = q.xyz / q.w * 0.5 + 0.5;
    if (any(lessThan(s, vec3(0.0))) || any(greaterThan(s, vec3(1.0)))) return 1.0;
    float sum = 0.0, r = 1.6 / 1024.0;
    sum += texture(shadow_map, vec3(s.xy + vec2(-0.94, -0.40) * r, s.z - 0.0012));
    sum += texture(shadow_map, vec3(s.xy + vec2(0.94, -0.77) * r, s.z - 0.0012));
    sum += texture(shadow_map, vec3(s.xy + vec2(-0.09, 0.93) * r, s.z - 0.0012));
    sum += texture(shadow_map, vec3(s.xy + vec2(0.34, 0.29) * r * 0.6, s.z - 0.0012));
    sum += texture(shadow_map, vec3(s.xy + vec2(-0.80, 0.55) * r * 2.0, s.z - 0.0012));
    sum += texture(shadow_map, vec3(s.xy + vec2(0.75, 0.60) * r * 2.0, s.z - 0.0012));
    return sum / 6.0;
}
float open_sky(vec3 p, vec3 n) {
    float open = 1.0;
    for (int i = 0; i < blob_count; i++) {
        vec3 d = blobs[i].xyz - p; float l2 = dot(d, d), r = blobs[i].w;
        if (l2 < r * r * 1.05) continue;      // a thing does not darken itself
        float c = max(dot(n, d) * inversesqrt(l2), 0.0);
        open *= 1.0 - c * min(r * r / l2, 1.0) * 0.85;
    }
    return open;
}
vec3 sky_at(vec3 d) {
    float up = clamp(d.z, 0.0, 1.0);
    vec3 c = mix(mix(sky_colour, sun_colour, 0.25) * 0.9, sky_colour * 0.8, sqrt(up));
    return d.z < 0.0 ? mix(c, bounce_colour, clamp(-d.z * 4.0, 0.0, 1.0)) : c;
}
vec3 shade(vec3 p, vec3 n, vec3 albedo, float rough, float metal, float occlude) {
    vec3 v = normalize(eye - p), h = normalize(v + sun);
    float nl = max(dot(n, sun), 0.0), nv = max(dot(n, v), 0.001), nh = max(dot(n, h), 0.0), vh = max(dot(v, h), 0.0);
    float s = nl > 0.0 ? lit(p, n) : 0.0;
    float open = occlude > 0.0 ? mix(1.0, open_sky(p, n), occlude) : 1.0;
    if (toon > 0.5) { nl = smoothstep(0.22, 0.28, nl * s) * 0.85 + 0.15 * nl; s = 1.0; open = mix(1.0, open, 0.7); }
    vec3 f0 = mix(vec3(0.04), albedo, metal);
    vec3 f = f0 + (1.0 - f0) * pow(1.0 - vh, 5.0);
    float a = rough * rough, d = nh * nh * (a * a - 1.0) + 1.0;
    float ggx = a * a / (3.1416 * d * d);
    float k = (rough + 1.0) * (rough + 1.0) / 8.0;
    float g = 1.0 / max((nl * (1.0 - k) + k) * (nv * (1.0 - k) + k) * 4.0, 0.05);
    vec3 direct = (albedo * (1.0 - metal) * (1.0 - f) + min(ggx * g, 12.0) * f) * sun_colour * nl * s;
    vec3 hemi = mix(bounce_colour, sky_colour, n.z * 0.5 + 0.5);
    vec3 ambient = albedo * (1.0 - metal) * hemi * open;
    vec3 fe = f0 + (max(vec3(1.0 - rough), f0) - f0) * pow(1.0 - nv, 5.0);
    vec3 mirror = sky_at(reflect(-v, n)) * fe * (1.0 - rough * 0.7) * open;
    float rim = pow(1.0 - nv, 3.0) * 0.18 * clamp(n.z + 0.4, 0.0, 1.0) * (1.0 - flat_ground);
    return direct + ambient + mirror * (1.0 - 0.8 * flat_ground) + rim * sky_colour * (0.3 + 0.7 * albedo);
}
vec3 film(vec3 c) {
    c *= exposure;
    c = clamp(c * (2.51 * c + 0.03) / (c * (2.43 * c + 0.59) + 0.14), 0.0, 1.0);
    return pow(c, vec3(1.0 / 2.2));
}
vec4 finish(vec3 c, float alpha) {
    vec2 q = gl_FragCoord.xy / screen - 0.5;
    c *= 1.0 - 0.42 * contrast * dot(q, q);
    float grey = dot(c, vec3(0.3, 0.59, 0.11));
    c = mix(vec3(grey), c, toon > 0.5 ? 1.18 : 1.04);
    c = mix(c, c * c * (3.0 - 2.0 * c), 0.22 * (contrast - 0.6));
    return vec4(clamp(c * tint, 0.0, 1.0), alpha);
}
vec3 linear(vec3 c) { return pow(c, vec3(2.2)); }
"""

NOISE = """
float hash(vec2 p) { p = fract(p * vec2(123.34, 456.21)); p += dot(p, p + 45.32); return fract(p.x * p.y); }
float noise(vec2 p) {
    vec2 i = floor(p), f = fract(p); f = f * f * (3.0 - 2.0 * f);
    return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + vec2(1, 1)), f.x), f.y);
}
"""

THING_VERTEX = (
    HEADER
    + """
in vec3 position, normal;
in mat4 model;
in vec4 paint;     // r g b rough
in vec4 look;      // pattern, metal, alpha, number
uniform mat4 view;
out vec3 world, facing, local;
out vec4 paint_now, look_now;
out vec3 size_now;
void main() {
    vec4 w = model * vec4(position, 1.0);
    vec3 s2 = vec3(dot(model[0].xyz, model[0].xyz), dot(model[1].xyz, model[1].xyz), dot(model[2].xyz, model[2].xyz));
    world = w.xyz; local = position; size_now = sqrt(s2);
    facing = mat3(model) * (normal / s2);
    paint_now = paint; look_now = look;
    gl_Position = view * w;
}
"""
)

THING_FRAGMENT = (
    HEADER
    + LIGHT
    + NOISE
    + """
in vec3 world, facing, local, size_now;
in vec4 paint_now, look_now;
float line(float d, float w) { return 1.0 - smoothstep(w * 0.6, w * 1.4, abs(d)); }
vec3 wood(vec3 c, vec3 p) {
    float ring = p.y * 9.0 + noise(p.xy * vec2(3.0, 14.0)) * 1.6 + p.z * 2.0;
    float grain = noise(vec2(p.x * 6.0, p.y * 120.0 + p.z * 60.0));
    return c * (0.88 + 0.12 * sin(ring * 6.28) * 0.5 + 0.16 * (grain - 0.5));
}
void main() {
    vec3 n = normalize(facing), c = linear(paint_now.rgb), p = local;
    float rough = paint_now.w, alpha = look_now.z; int pattern = int(look_now.x + 0.5);
    if (pattern == 1) {                                   // stripe: a band, as on a toy ball
        c = mix(c, vec3(0.86, 0.84, 0.8), smoothstep(0.26, 0.235, abs(p.z)));
    } else if (pattern == 2) {                            // basketball
        float seam = max(max(line(p.x, 0.028), line(p.y, 0.028)), line(abs(p.z) - 0.62 + p.x * p.x * 0.42, 0.028));
        c = mix(c * (0.92 + 0.16 * noise(p.xz * 60.0)), vec3(0.012), seam);
    } else if (pattern == 3) {                            // fruit peel
        float dimple = noise(p.xy * 22.0 + p.z * 13.0);
        n = normalize(n + (dimple - 0.5) * 0.22 * vec3(p.y, p.z, p.x));
        c *= 0.92 + 0.12 * dimple; c = mix(c, vec3(0.12, 0.2, 0.03), smoothstep(0.975, 0.99, p.z));
    } else if (pattern == 4) {                            // tennis
        float curve = p.x * p.x - p.y * p.y + p.z * 0.9;
        c = mix(c * (0.85 + 0.3 * noise(p.xy * 40.0)), vec3(0.85), line(curve, 0.07));
    } else if (pattern == 5) {                            // beach ball
        float part = floor((atan(p.y, p.x) / 6.2832 + 0.5) * 6.0);
        vec3 gores[3] = vec3[3](vec3(0.85, 0.08, 0.06), vec3(0.02, 0.2, 0.62), vec3(0.9, 0.62, 0.03));
        c = mod(part, 2.0) < 0.5 || abs(p.z) > 0.95 ? c : gores[int(mod(part * 0.5, 3.0))];
    } else if (pattern == 6) {
        c = wood(c, p * size_now * 6.0);
    } else if (pattern == 7) {                            // glass
        float edge = pow(1.0 - abs(dot(n, normalize(eye - world))), 2.0);
        alpha = 0.16 + 0.6 * edge;
    } else if (pattern == 8) {                            // planks, for tables
        vec2 q = world.xy * vec2(1.0, 1.0); float row = floor(q.y / 0.11);
        c = wood(c * (0.86 + 0.22 * hash(vec2(row, 3.0))), vec3(q.x + row * 3.7, q.y * 1.5, 0.0) * 1.4);
        c *= 1.0 - 0.6 * line(fract(q.y / 0.11) - 0.02, 0.014);
    } else if (pattern == 9) {                            // cloth
        c *= 0.95 + 0.1 * noise(world.xz * 70.0);
    } else if (pattern == 10) {                           // hair
        float strand = noise(vec2(atan(p.x, p.y) * 26.0, p.z * 3.0));
        c *= 0.72 + 0.55 * strand;
    }
    vec3 shine = shade(world, n, c, rough, look_now.y, 1.0);
    colour_out = finish(film(shine), alpha);
}
"""
)

GROUND_VERTEX = (
    HEADER
    + """
in vec3 position;
uniform mat4 view;
out vec3 world;
void main() { world = position; gl_Position = view * vec4(position, 1.0); }
"""
)

GROUND_FRAGMENT = (
    HEADER
    + LIGHT
    + """
in vec3 world;
uniform sampler2D tile;
uniform float tile_size, ground_rough, fade;
void main() {
    vec3 t = texture(tile, world.xy / tile_size).rgb;
    vec3 c = shade(world, vec3(0.0, 0.0, 1.0), linear(t), ground_rough, 0.0, 1.0);
    float far = distance(world.xy, vec2(0.0, -0.5));
    colour_out = finish(film(c), 1.0 - smoothstep(fade * 0.35, fade, far));
}
"""
)

FACE_VERTEX = (
    HEADER
    + """
in vec3 position, normal;
in vec2 uv;
in float photo;
in vec3 blink_move, smile_move;
uniform mat4 view, head;
uniform float blink, smile;
out vec3 world, facing;
out vec2 uv_now;
out float photo_now;
void main() {
    vec4 w = head * vec4(position + blink_move * blink + smile_move * smile, 1.0);
    world = w.xyz; facing = mat3(head) * normal; uv_now = uv; photo_now = photo;
    gl_Position = view * w;
}
"""
)

FACE_FRAGMENT = (
    HEADER
    + LIGHT
    + """
in vec3 world, facing;
in vec2 uv_now;
in float photo_now;
uniform sampler2D portrait;
uniform vec3 skin;
void main() {
    vec3 n = normalize(facing);
    vec3 c = mix(linear(skin), linear(texture(portrait, uv_now).rgb), photo_now);
    float s = 0.45 + 0.55 * lit(world, n);
    float wrap = 0.5 + 0.5 * dot(n, sun);
    vec3 light = mix(bounce_colour, sky_colour, n.z * 0.5 + 0.5) * 0.75 + sun_colour * wrap * s * 0.62;
    light = mix(vec3(dot(light, vec3(0.33))), light, 0.75);   // the photograph brings its own light
    float rim = pow(1.0 - max(dot(n, normalize(eye - world)), 0.0), 3.0) * 0.22 * photo_now;
    c *= mix(0.62, 1.0, photo_now);    // under the jaw it is darker
    colour_out = finish(film(c * light + rim * sun_colour * c), 1.0);
}
"""
)

BACKDROP_VERTEX = (
    HEADER
    + """
in vec2 position;
out vec2 at;
void main() { at = position; gl_Position = vec4(position, 0.99999, 1.0); }
"""
)

BACKDROP_FRAGMENT = (
    HEADER
    + LIGHT
    + """
in vec2 at;
uniform sampler2D picture;
uniform vec2 drift;
void main() { colour_out = finish(texture(picture, at * vec2(0.47, 0.47) + 0.5 + drift).rgb, 1.0); }
"""
)

SMOOTH_FRAGMENT = (
    HEADER
    + """
in vec2 at;
uniform sampler2D drawn;
out vec4 colour_out;
float luma(vec3 c) { return dot(c, vec3(0.299, 0.587, 0.114)); }
void main() {                        // blend along edges only: far cheaper than four samples everywhere
    ivec2 p = ivec2(gl_FragCoord.xy), last = textureSize(drawn, 0) - 1;
    vec2 px = 1.0 / vec2(last + 1), uv = (vec2(p) + 0.5) * px;
    vec3 m = texelFetch(drawn, p, 0).rgb;
    float l = luma(m);
    float n = luma(texelFetch(drawn, clamp(p + ivec2(0, -1), ivec2(0), last), 0).rgb);
    float s = luma(texelFetch(drawn, clamp(p + ivec2(0, 1), ivec2(0), last), 0).rgb);
    float w = luma(texelFetch(drawn, clamp(p + ivec2(-1, 0), ivec2(0), last), 0).rgb);
    float e = luma(texelFetch(drawn, clamp(p + ivec2(1, 0), ivec2(0), last), 0).rgb);
    float high = max(l, max(max(n, s), max(w, e))), low = min(l, min(min(n, s), min(w, e)));
    colour_out = vec4(m, 1.0);
    if (high - low < max(0.05, high * 0.14)) return;
    vec2 way = normalize(vec2(s - n, w - e) + 1e-5) * px;  // along the edge, across its gradient
    vec3 near = 0.5 * (texture(drawn, uv + way * 0.5).rgb + texture(drawn, uv - way * 0.5).rgb);
    vec3 far = 0.25 * (texture(drawn, uv + way * 1.6).rgb + texture(drawn, uv - way * 1.6).rgb) + 0.5 * near;
    float lf = luma(far);
    vec3 c = lf < low || lf > high ? near : far;
    colour_out = vec4(mix(m, c, 0.85), 1.0);
}
"""
)

SHADOW_THING = (
    HEADER
    + """
in vec3 position;
in mat4 model;
uniform mat4 view;
void main() { gl_Position = view * (model * vec4(position, 1.0)); }
"""
)

SHADOW_FACE = (
    HEADER
    + """
in vec3 position;
uniform mat4 view, head;
void main() { gl_Position = view * (head * vec4(position, 1.0)); }
"""
)

SHADOW_FRAGMENT = HEADER + "void main() {}\n"
