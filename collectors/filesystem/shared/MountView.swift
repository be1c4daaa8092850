// SPDX-License-Identifier: Apache-2.0

/// What this process sees of the host: its own mounts, and where among them the host's root is.
struct MountView {
    private let tree: MountTree
    private let root: [UInt8]

    /// A view by the process's list; `root` is where `--path.rootfs` leads to, without links.
    init(_ tree: MountTree, root: [UInt8]) {
        self.tree = tree
        self.root = root == [UInt8(ascii: "/")] ? [] : root
    }

    /// True where the file system of a line is the one that is seen at a place of the host.
    func shows(_ line: MountLine, at place: [UInt8]) -> Bool {
        let path = root.isEmpty ? place : place == [UInt8(ascii: "/")] ? root : root + place
        guard let mount = tree.mount(at: path) else { return false }
        return tree.entries[mount].major == line.major && tree.entries[mount].minor == line.minor
    }
}
