// SPDX-License-Identifier: Apache-2.0

import Glibc
import TreeSupport

/// A tree to be mounted over /sys/class, /sys/devices and /sys/bus, and the running of the probe below it.
final class FakeSys {
    let tree = HostTree()
    private var chips = 0

    init() {
        for folder in ["class", "devices", "bus", "etc/sensors.d"] { tree.make(folder) }
        tree.write("etc/sensors3.conf", "")
    }

    /// Adds a chip the way the kernel lays it out; nil for the device makes a virtual one.
    func chip(_ name: String, device: String?, bus: String? = nil, files: [String: String], folders: [String] = []) {
        let hwmon = "hwmon\(chips)"
        chips += 1
        let folder = device.map { "devices/\($0)/hwmon/\(hwmon)" } ?? "devices/virtual/hwmon/\(hwmon)"
        tree.write("\(folder)/name", name + "\n")
        for (file, content) in files { tree.write("\(folder)/\(file)", content + "\n") }
        for file in folders { tree.make("\(folder)/\(file)") }
        tree.link("class/hwmon/\(hwmon)", to: "../../\(folder)")
        guard let device else { return }
        tree.link("\(folder)/device", to: "../..")
        if let bus {
            tree.make("bus/\(bus)")
            let depth = device.split(separator: "/").count + 1
            let up = String(repeating: "../", count: depth)
            tree.link("devices/\(device)/subsystem", to: "\(up)bus/\(bus)")
        }
    }

    /// Writes a configuration; its path.
    func configuration(_ file: String, _ text: String) -> String {
        tree.write(file, text)
        return tree.path(file)
    }

    /// Writes a file of the system's own configuration, for a probe that is given none (`-`).
    func systemConfiguration(_ file: String, _ text: String) { tree.write("etc/sensors.d/" + file, text) }

    /// Whether the host has the places over which a system's configuration can be laid.
    static let hasSystemConfiguration = canMount && access("/etc/sensors.d", F_OK) == 0

    /// Runs the probe with this tree in place of the kernel's; its output, line by line.
    func probe(_ arguments: String..., asNobody: Bool = false) -> [String] {
        // libsensors' parser loses four bytes with each syntax error, which a leak checker would report.
        let script = Self.binds + #" && ASAN_OPTIONS=detect_leaks=0 exec "$@""#
        let nobody = asNobody ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []
        let output = tree.path("output")
        let status = Self.run(
            Self.unshare + ["sh", "-c", Self.freshSysfs + script, tree.root] + nobody + [Self.probePath] + arguments,
            output: output)
        let lines = tree.read("output").split(separator: "\n").map(String.init)
        return status == 0 ? lines : lines + ["exit status \(status)"]
    }

    // MARK: - Namespaces

    /// Whether this process may make a mount namespace and mount in it.
    static let canMount: Bool = {
        let tree = FakeSys().tree
        return run(unshare + ["sh", "-c", freshSysfs + binds, tree.root], output: tree.path("output")) == 0
    }()

    /// What lies over the host's /sys must not matter: a sysfs of the namespace's own lies over that, where one may be
    /// mounted.
    private static let freshSysfs = "mount -t sysfs sysfs /sys 2>/dev/null; "

    private static let binds = """
        mount --bind "$0/class" /sys/class && mount --bind "$0/devices" /sys/devices \
        && mount --bind "$0/bus" /sys/bus \
        && { [ ! -d /etc/sensors.d ] || mount --bind "$0/etc/sensors.d" /etc/sensors.d; } \
        && { [ ! -e /etc/sensors3.conf ] || mount --bind "$0/etc/sensors3.conf" /etc/sensors3.conf; }
        """

    private static var unshare: [String] {
        ["unshare"] + (geteuid() == 0 ? ["-m"] : ["-Urm"]) + ["--propagation", "private"]
    }

    /// The probe is built beside the test bundle.
    private static let probePath: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let path = String(decoding: buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/lmsensors-probe"
    }()

    private static func run(_ command: [String], output: String) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        // What the library would print to standard error is an error too.
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var child: pid_t = 0
        guard posix_spawnp(&child, command[0], &actions, nil, &arguments, environ) == 0 else { return -1 }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        return status
    }
}
