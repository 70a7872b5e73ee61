"""Where this installation keeps what it makes: ``COUNTENANCE_HOME``, else ``var`` beside the code."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("COUNTENANCE_HOME") or ROOT / "var").absolute()
