// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Expat
import Exposition
import Glibc
import KernelFiles

/// Processes that supervisord keeps running.
///
/// Source: `supervisor.getAllProcessInfo` by XML-RPC, http://supervisord.org/api.html.
struct SupervisordCollector: Collector {
    enum Metric: Int, FamilyKey {
        case up, state, exitStatus, startTime

        var family: MetricFamily {
            switch self {
            case .up:
                gauge("up", "1 where a process is starting, running or stopping, 0 where it is not.")
            case .state:
                gauge(
                    "state", "Number of a process's state: 0 stopped, 10 starting, 20 running, 100 exited, and others.")
            case .exitStatus: gauge("exit_status", "Status with which a process ended last; 0 while it runs.")
            case .startTime:
                .counter(
                    "node_supervisord_start_time_seconds", ["group", "name"],
                    "Unix time at which a process that is up was started.")
            }
        }

        private func gauge(_ name: String, _ help: String) -> MetricFamily {
            .gauge("node_supervisord_" + name, ["group", "name"], help)
        }
    }

    static let url = Flag.text(
        "collector.supervisord.url", default: "http://localhost:9001/RPC2",
        help: "Where supervisord answers: http://[name:password@]host[:port]/path or unix:///path/of/socket.")

    static let descriptor = CollectorDescriptor(
        name: "supervisord", group: .services, isDefault: false, help: "Processes that supervisord keeps running.",
        reads: ["supervisor.getAllProcessInfo by XML-RPC (libexpat)"], lane: .own, flags: [url],
        shareNanoseconds: 2_300_000_000)

    private static let patienceNanoseconds: UInt64 = 2_000_000_000
    /// About 700 bytes are said of each process.
    private static let largestAnswer = 16 << 20
    private static let call =
        "<?xml version=\"1.0\"?><methodCall><methodName>supervisor.getAllProcessInfo</methodName><params/></methodCall>"
    /// States in which there is a process: starting, running, stopping.
    private static let statesUp: Set<Int64> = [10, 20, 40]

    private let endpoint: SupervisordEndpoint
    private let request: [UInt8]
    private var library: ExpatLibrary?

    init(context: CollectorContext) throws(ConfigurationError) {
        let text = context.options[Self.url]
        guard let endpoint = SupervisordEndpoint(text) else {
            throw ConfigurationError(
                flag: Self.url.descriptor.name,
                "cannot be \"\(text)\"; it takes http://[name:password@]host[:port]/path or unix:///path/of/socket")
        }
        self.endpoint = endpoint
        request = endpoint.request(Self.call)
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        let library: ExpatLibrary
        do throws(ExpatError) {
            if let opened = self.library { library = opened } else { library = try ExpatLibrary() }
        } catch {
            return .absent(Absence(.libraryMissing, error.description))
        }
        self.library = library
        let answer: [UInt8]
        do throws(SocketError) {
            answer = try ask(deadline: BlockingSocket.now &+ Self.patienceNanoseconds)
        } catch {
            return try absence(of: error)
        }
        let (status, body) = try SupervisordAnswer.body(of: answer)
        if status == 401 || status == 403 {
            return .absent(Absence(.noPermission, "supervisord answers \(status): it wants a name and a password"))
        }
        guard status == 200 else { throw .other("supervisord answers with status \(status)") }
        let tokens: XMLTokens
        do throws(ExpatError) {
            tokens = try library.parse(body)
        } catch {
            throw .malformed(path: "supervisord", what: error.description)
        }
        for process in try SupervisordAnswer(tokens).processes { write(process, into: &writer) }
        return .available
    }

    private func ask(deadline: UInt64) throws(SocketError) -> [UInt8] {
        var addresses: [SocketAddress] = []
        if let path = endpoint.socketPath {
            addresses = [.unix(path: path)]
        } else {
            addresses = SocketAddress.addresses(ofHost: endpoint.host).map { .tcp(host: $0, port: endpoint.port) }
        }
        var failure = SocketError(.connect, errno: EHOSTUNREACH)
        for address in addresses {
            do throws(SocketError) {
                let socket = try BlockingSocket(connectedTo: address, deadline: deadline)
                try socket.send(request, deadline: deadline)
                return try socket.receiveAll(atMost: Self.largestAnswer, deadline: deadline)
            } catch {
                failure = error
                // Another address of the host may answer; one that took the question was the right one.
                guard error.call == .connect || error.call == .socket else { throw error }
            }
        }
        throw failure
    }

    private func absence(of error: SocketError) throws(CollectorError) -> Availability {
        let isAbsent = error.call == .connect && [ENOENT, ECONNREFUSED, EHOSTUNREACH].contains(error.errno)
        let place = endpoint.socketPath ?? "\(endpoint.host):\(endpoint.port)"
        if isAbsent { return .noDevice("supervisord at \(place): \(error)") }
        if error.call == .connect, error.errno == EACCES || error.errno == EPERM {
            return .absent(Absence(.noPermission, "supervisord at \(place): \(error)"))
        }
        throw CollectorError(error, asking: "supervisord")
    }

    private func write(_ process: SupervisordProcess, into writer: inout Writer) {
        guard let name = process.name, let group = process.group, let state = process.state else {
            writer.loseItem("supervisord: a process without name, group or state (\(process.name ?? ""))")
            return
        }
        let labels = writer.labels {
            $0.add("group", group)
            $0.add("name", name)
        }
        let isUp = Self.statesUp.contains(state)
        writer.write(.up, labels, isUp)
        writer.write(.state, labels, state)
        if let status = process.exitStatus {
            writer.write(.exitStatus, labels, status)
        } else {
            writer.loseItem("supervisord: \(group):\(name) has no exit status")
        }
        guard isUp else { return }
        if let start = process.startSeconds {
            writer.write(.startTime, labels, start)
        } else {
            writer.loseItem("supervisord: \(group):\(name) has no start time")
        }
    }
}
