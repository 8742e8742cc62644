# SPDX-License-Identifier: GPL-3.0-or-later
#
# Counts the single cases in a meson test log and says so in one line. A test
# program that ended badly without a failed case (crash, time-out, no output)
# counts as one failure.
import json
import re
import sys

CASE = re.compile(r"^(not )?ok\b(.*)$", re.MULTILINE)

passed = failed = skipped = 0
with open(sys.argv[1], encoding="utf-8") as log:
    for line in log:
        test = json.loads(line)
        failed_here = 0
        for bad, rest in CASE.findall(test.get("stdout") or ""):
            if re.search(r"#\s*(skip|todo)\b", rest, re.IGNORECASE):
                skipped += 1
            elif bad:
                failed_here += 1
            else:
                passed += 1
        if test["result"] not in ("OK", "SKIP", "EXPECTEDFAIL"):
            failed_here = max(failed_here, 1)
            print(f"{test['name']}: {test['result']}")
        failed += failed_here

print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or not passed else 0)
