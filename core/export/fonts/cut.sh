#!/usr/bin/env bash
# Cuts the fonts beside this file anew: apt-get install fonts-noto-cjk fonts-noto-core, pip install -r
# requirements-dev.txt, then run it from anywhere. NotoSans: Latin and Greek with ᵢ, ᵀ and ₁. NotoSansSC: the 3,755
# commonest hanzi (GB 2312, level 1), whatever else stands in core/content, and full-width marks.
set -euo pipefail
cd "$(dirname "$0")"
text=$(mktemp)
trap 'rm -f "$text"' EXIT
python3 - ../../content >"$text" <<'PYTHON'
import sys
from pathlib import Path

rows = range(16, 56)  # of GB 2312 level 1, ninety-four characters each
hanzi = [bytes([0xA0 + r, 0xA0 + c]) for r in rows for c in range(1, 95)]
kept = {char for pair in hanzi for char in pair.decode("gb2312", "ignore")}
kept |= {char for file in Path(sys.argv[1]).rglob("*") if file.is_file() for char in file.read_text("utf-8")}
print("".join(sorted(char for char in kept if char.isprintable())))
PYTHON
latin=U+0020-007E,U+00A0-017F,U+0391-03C9,U+1D2C-1D6A,U+2010-2027,U+2030-2033,U+2070-209C,U+2C7C
marks=U+0020-007E,U+00B7,U+2010-2027,U+2190-2193,U+2200-22FF,U+2713,U+3000-3011,U+FF00-FF5E
kept=(--layout-features=kern,liga --no-hinting --name-IDs=0,1,2,3,4,5,6,7,13,14)
for weight in Regular Bold; do
  pyftsubset "/usr/share/fonts/truetype/noto/NotoSans-$weight.ttf" --unicodes="$latin" "${kept[@]}" \
    --output-file="NotoSans-$weight.ttf"
  pyftsubset "/usr/share/fonts/opentype/noto/NotoSansCJK-$weight.ttc" --font-number=2 \
    --text-file="$text" --unicodes="$marks" "${kept[@]}" --output-file="NotoSansSC-$weight.otf"
done
