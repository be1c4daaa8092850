// SPDX-License-Identifier: Apache-2.0

/// Where the kernel's trees are mounted, as `--path.procfs`, `--path.sysfs`, `--path.rootfs` and `--path.udev.data`
/// say.
public struct Roots: Sendable, Equatable {
    /// The mount point of procfs, `/proc` by default.
    public let procfs: String
    /// The mount point of sysfs, `/sys` by default.
    public let sysfs: String
    /// Where the host's root file system is seen, `/` by default.
    public let rootfs: String
    /// The folder of udev's database, `/run/udev/data` by default.
    public let udevData: String
    /// Where this process itself is described, whatever host is watched: `/proc` in the agent.
    public let ownProcfs: String

    /// Takes paths as given; a trailing slash is dropped.
    ///
    /// Without `ownProcfs` this process is described in `procfs` as well.
    public init(
        procfs: String = "/proc", sysfs: String = "/sys", rootfs: String = "/", udevData: String = "/run/udev/data",
        ownProcfs: String? = nil
    ) {
        self.procfs = Roots.withoutTrailingSlash(procfs)
        self.sysfs = Roots.withoutTrailingSlash(sysfs)
        self.rootfs = Roots.withoutTrailingSlash(rootfs)
        self.udevData = Roots.withoutTrailingSlash(udevData)
        self.ownProcfs = Roots.withoutTrailingSlash(ownProcfs ?? procfs)
    }

    /// A path below procfs: `proc("net/dev")` is `/proc/net/dev`.
    public func proc(_ path: String) -> String { procfs + "/" + path }

    /// A path below sysfs: `sys("class/net")` is `/sys/class/net`.
    public func sys(_ path: String) -> String { sysfs + "/" + path }

    /// A path of the host below rootfs: `host("/etc/os-release")` is `/etc/os-release`.
    ///
    /// A link on the way is followed in this process's own root; see `HostFile`.
    public func host(_ path: String) -> String {
        rootfs == "" ? path : path == "/" ? rootfs : rootfs + path
    }

    /// A file of udev's database.
    public func udev(_ name: String) -> String { udevData + "/" + name }

    /// True where sysfs is the running kernel's own, so that what netlink says belongs to it.
    public var isLiveSysfs: Bool { sysfs == "/sys" }

    /// True where procfs is the running kernel's own.
    public var isLiveProcfs: Bool { procfs == "/proc" }

    private static func withoutTrailingSlash(_ path: String) -> String {
        var path = path
        while path.hasSuffix("/") { path.removeLast() }
        return path
    }
}
