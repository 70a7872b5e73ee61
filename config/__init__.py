"""The wiring. Importing it installs one import hook, which acts only when torchvision is first imported."""

from config import torchvision_hook

torchvision_hook.install()
