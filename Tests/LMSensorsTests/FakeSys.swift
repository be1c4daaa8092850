// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A tree to be mounted over /sys/class, /sys/devices and /sys/bus, and the running of the probe below it.
final class FakeSys {
    let root: String
    private var chips = 0

    init() {
        var template = Array("/tmp/fake-sys-XXXXXX".utf8CString)
        root = mkdtemp(&template).map { String(cString: $0) } ?? "/nonexistent"
        for folder in ["class", "devices", "bus"] { make(folder) }
    }

    deinit { Self.removeTree(root) }

    /// Adds a chip the way the kernel lays it out; nil for the device makes a virtual one.
    func chip(_ name: String, device: String?, bus: String? = nil, files: [String: String], folders: [String] = []) {
        let hwmon = "hwmon\(chips)"
        chips += 1
        let folder = device.map { "devices/\($0)/hwmon/\(hwmon)" } ?? "devices/virtual/hwmon/\(hwmon)"
        make(folder)
        make("class/hwmon")
        write("\(folder)/name", name + "\n")
        for (file, content) in files { write("\(folder)/\(file)", content + "\n") }
        for file in folders { make("\(folder)/\(file)") }
        symlink("../../\(folder)", "\(root)/class/hwmon/\(hwmon)")
        guard let device else { return }
        symlink("../..", "\(root)/\(folder)/device")
        if let bus {
            make("bus/\(bus)")
            let depth = device.split(separator: "/").count + 1
            let up = String(repeating: "../", count: depth)
            symlink("\(up)bus/\(bus)", "\(root)/devices/\(device)/subsystem")
        }
    }

    func make(_ path: String) {
        var made = root
        for part in path.split(separator: "/") {
            made += "/\(part)"
            mkdir(made, 0o755)
        }
    }

    @discardableResult
    func write(_ file: String, _ text: String) -> String {
        let path = "\(root)/\(file)"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        let bytes = Array(text.utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
        return path
    }

    func read(_ file: String) -> String { Self.content("\(root)/\(file)") }

    /// Runs the probe with this tree in place of the kernel's; its output, line by line.
    func probe(_ arguments: String..., asNobody: Bool = false) -> [String] {
        // libsensors' parser loses four bytes with each syntax error, which a leak checker would report.
        let script = """
            mount --bind "$0/class" /sys/class && mount --bind "$0/devices" /sys/devices \
            && mount --bind "$0/bus" /sys/bus && ASAN_OPTIONS=detect_leaks=0 exec "$@"
            """
        let nobody = asNobody ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []
        let output = "\(root)/output"
        let status = Self.run(
            Self.unshare + ["sh", "-c", script, root] + nobody + [Self.probePath] + arguments, output: output)
        let lines = Self.content(output).split(separator: "\n").map(String.init)
        return status == 0 ? lines : lines + ["exit status \(status)"]
    }

    // MARK: - Namespaces

    /// Whether this process may make a mount namespace and mount in it.
    static let canMount: Bool = {
        let status = run(unshare + ["mount", "--bind", "/sys/kernel", "/sys/class"], output: "/dev/null")
        if status != 0 {
            print("skipped: libsensors against a fake tree (unshare or mount --bind is not allowed here)")
        }
        return status == 0
    }()

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

    private static func content(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    private static func removeTree(_ path: String) {
        if unlink(path) == 0 { return }
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { removeTree("\(path)/\(name)") }
            }
            closedir(directory)
        }
        rmdir(path)
    }
}
