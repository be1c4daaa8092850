// SPDX-License-Identifier: Apache-2.0

/// The process that listens on a port.
public struct PortOwner: Sendable, Hashable, CustomStringConvertible {
    /// The process's name as the kernel keeps it, at most 15 characters; empty where it cannot be read.
    public let name: String

    /// The process's number.
    public let pid: Int

    /// `name (pid 812)`.
    public var description: String { name.isEmpty ? "pid \(pid)" : "\(name) (pid \(pid))" }

    /// Looks for the process that listens on a TCP port.
    ///
    /// Other users' processes show it to root only. The search is bounded in entries and in time, because it runs
    /// while a service manager waits for this process.
    ///
    /// Source: /proc/net/tcp, /proc/net/tcp6, /proc/*/fd; kernel Documentation/networking/proc_net_tcp.rst.
    static func find(port: Int) -> PortOwner? {
        var sockets: Set<String> = []
        for path in ["/proc/net/tcp", "/proc/net/tcp6"] {
            sockets.formUnion(listeningInodes(in: ProcFile.text(path, limit: 8 << 20), port: port))
        }
        guard !sockets.isEmpty else { return nil }
        let links = Set(sockets.map { "socket:[\($0)]" })
        var budget = ProcFile.Budget(entries: 200_000, seconds: 1)
        for entry in ProcFile.entries("/proc", &budget) {
            guard let pid = Int(entry) else { continue }
            for descriptor in ProcFile.entries("/proc/\(pid)/fd", &budget)
            where links.contains(ProcFile.link("/proc/\(pid)/fd/\(descriptor)")) {
                let comm = ProcFile.text("/proc/\(pid)/comm", limit: 64)
                return PortOwner(name: printable(comm), pid: pid)
            }
            guard !budget.isSpent else { return nil }
        }
        return nil
    }

    /// The inodes of the sockets that listen on a port, from the text of `/proc/net/tcp`.
    static func listeningInodes(in table: String, port: Int) -> Set<String> {
        let listening = "0A"
        var result: Set<String> = []
        for line in table.split(separator: "\n").dropFirst() {
            // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
            let fields = line.split(separator: " ", maxSplits: 10, omittingEmptySubsequences: true)
            guard fields.count >= 10, fields[3] == listening else { continue }
            guard let digits = fields[1].split(separator: ":").last, Int(digits, radix: 16) == port else { continue }
            result.insert(String(fields[9]))
        }
        return result
    }

    /// A process chooses its name itself; only plain characters go into a log line.
    private static func printable(_ text: String) -> String {
        String(text.unicodeScalars.filter { $0.isASCII && (0x20..<0x7F).contains($0.value) }.map(Character.init))
    }
}
