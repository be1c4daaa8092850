# SPDX-License-Identifier: Apache-2.0
"""Lists of mounts as only a real kernel writes them, in namespaces of this script's own."""

import os
import re
import subprocess
import tempfile

from harness import BINARY, Skip, check, equal, suite

# The kernel gives a read back before a record that does not fit into the rest of its page: mounts of short lines, one
# of more than 3 kB, and more behind it. The host's own mounts would fill the first page: they go from this namespace.
SCRIPT = """
set -e
mount -t tmpfs here "$1"
cp "$2" "$1/agent"
cd "$1"
for point in $(awk '{print $5}' /proc/self/mountinfo | sort -r); do
    case $point in / | /proc | /usr | "$1") ;; *) umount -l "$point" ;; esac
done
early=$(printf 'y%.0s' $(seq 1 60))
for number in 1 2 3 4 5; do mkdir "$early$number"; mount -t tmpfs early "$early$number"; done
layer=$(printf 'x%.0s' $(seq 1 200))
layers=""
for number in 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
    mkdir "$layer$number"
    layers="$layers${layers:+:}$layer$number"
done
mkdir upper work merged
mount -t overlay -o "lowerdir=$layers,upperdir=upper,workdir=work" overlay merged || exit 77
for number in 1 2 3 4 5 6; do mkdir "late$number"; mount -t tmpfs late "late$number"; done
awk '{print $5}' /proc/self/mountinfo | sort -u >points
./agent once --collector.disable-defaults --collector.filesystem --collector.filesystem.fs-types-exclude='^$' \\
    --collector.filesystem.mount-points-exclude='^$' >page
cat points
echo
cat page
"""


def long_line():
    if os.geteuid() != 0:
        raise Skip("only root may mount")
    with tempfile.TemporaryDirectory() as target:
        done = subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", SCRIPT, "sh", target, BINARY],
            capture_output=True, text=True, timeout=60)
    if done.returncode == 77 or "unshare" in done.stderr:
        raise Skip("this sandbox gives no namespace or no overlay: " + done.stderr.strip())
    check(done.returncode == 0, done.stderr)
    points, page = done.stdout.split("\n\n", 1)
    shown = set(re.findall(r'^node_filesystem_size_bytes\{.*mountpoint="([^"]*)"\}', page, re.M))
    wanted = set(points.split("\n"))
    check(len([point for point in wanted if point.startswith(target)]) == 13, f"the mounts were not made: {wanted}")
    equal(sorted(wanted - shown), [], "mounts that are not shown")


suite([("a list with a line of more than 3 kB is read to its end", long_line)])
