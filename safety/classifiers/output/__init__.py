"""What the pictures and the sound of a video give away: signals with their places, never a judgement.

``tap`` sees every frame while a video is encoded or read and hears its sound; ``glance`` says when a picture is worth a
look, ``writing`` reads text in it, ``hearing`` writes down what is said, ``passages`` has both judged like a prompt.
``evidence`` puts together what was seen, and what nobody could look at.
"""
