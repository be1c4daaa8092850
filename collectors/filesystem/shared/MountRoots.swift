// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// Mount points of the host's where this process sees the host's root elsewhere.
enum MountRoots {
    /// A mount point as the host knows it.
    static func withoutRootfs(_ path: [UInt8], _ roots: Roots) -> [UInt8] {
        let root = Array(roots.rootfs.utf8)
        guard !root.isEmpty, path.starts(with: root) else { return path }
        let rest = path.dropFirst(root.count)
        guard let first = rest.first else { return [UInt8(ascii: "/")] }
        return first == UInt8(ascii: "/") ? Array(rest) : path
    }

    /// The path at which this process reaches a mount point of the host's.
    static func reachable(_ mountPoint: [UInt8], _ roots: Roots) -> RawPath {
        let isRoot = mountPoint == [UInt8(ascii: "/")]
        return RawPath(Array(roots.rootfs.utf8) + (isRoot && !roots.rootfs.isEmpty ? [] : mountPoint))
    }
}
