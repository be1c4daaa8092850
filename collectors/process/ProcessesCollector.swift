// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// How many processes and threads there are, and in which states.
///
/// Source: /proc/<pid>/stat and /proc/<pid>/task/<tid>/stat, proc_pid_stat(5).
struct ProcessesCollector: Collector {
    enum Metric: Int, FamilyKey {
        case processes, threads, states, threadStates, mostProcesses, mostThreads

        var family: MetricFamily {
            switch self {
            case .processes: .gauge("node_processes_pids", [], "Processes.")
            case .threads: .gauge("node_processes_threads", [], "Threads of all processes.")
            case .states: .gauge("node_processes_state", ["state"], "Processes in each state, by the kernel's letter.")
            case .threadStates:
                .gauge("node_processes_threads_state", ["thread_state"], "Threads in each state, likewise.")
            case .mostProcesses: .gauge("node_processes_max_processes", [], "Limit of the numbers of processes.")
            case .mostThreads: .gauge("node_processes_max_threads", [], "Threads that there may be.")
            }
        }
    }

    /// With tens of thousands of threads a walk takes long, which must keep nobody else waiting.
    static let descriptor = CollectorDescriptor(
        name: "processes", group: .process, isDefault: false,
        help: "How many processes and threads there are, and in which states.",
        reads: [
            "/proc/*/stat", "/proc/*/task/*/stat", "/proc/sys/kernel/threads-max", "/proc/sys/kernel/pid_max",
        ], lane: .own, shareNanoseconds: 2_500_000_000)

    /// Figures of a walk, by the letter of the state.
    private struct Counts {
        var processes = 0
        var threads = 0
        var states = [Int](repeating: 0, count: 128)
        var threadStates = [Int](repeating: 0, count: 128)
        /// Threads that are all that their process has.
        var onlyThreads = [Int](repeating: 0, count: 128)

        mutating func clear() {
            (processes, threads) = (0, 0)
            for letter in 0..<128 { (states[letter], threadStates[letter], onlyThreads[letter]) = (0, 0, 0) }
        }
    }

    private let table: TaskTable
    private let mostThreads: KernelFile
    private let mostProcesses: KernelFile
    private var counts = Counts()

    init(context: CollectorContext) {
        table = TaskTable(context.roots.procfs, file: "stat")
        mostThreads = KernelFile(oneRead: context.roots.proc("sys/kernel/threads-max"))
        mostProcesses = KernelFile(oneRead: context.roots.proc("sys/kernel/pid_max"))
    }

    mutating func collect(
        from reader: inout KernelFileReader, into writer: inout Writer
    ) throws(CollectorError) -> Availability {
        counts.clear()
        do throws(KernelFileError) {
            try table.walk(from: reader) { entry in count(entry, or: &writer) }
        } catch {
            throw .file(error)
        }
        if counts.processes == 0, writer.itemsLost == 0 {
            return .noKernelFeature("\(table.path) has no processes")
        }
        if counts.processes > 0 { writeCounts(into: &writer) }
        if let limit = reader.number(of: mostThreads, or: &writer) { writer.write(.mostThreads, limit) }
        if let limit = reader.number(of: mostProcesses, or: &writer) { writer.write(.mostProcesses, limit) }
        return .available
    }

    private func writeCounts(into writer: inout Writer) {
        writer.write(.processes, counts.processes)
        writer.write(.threads, counts.threads)
        for letter in 0..<128 {
            guard let name = Self.names[letter] else { continue }
            if counts.states[letter] > 0 {
                let labels = writer.labels { $0.add("state", name) }
                writer.write(.states, labels, counts.states[letter])
            }
            let hasThreads = table.hasThreadFolders == true
            let threads = counts.threadStates[letter] + (hasThreads ? counts.onlyThreads[letter] : 0)
            if threads > 0 {
                let labels = writer.labels { $0.add("thread_state", name) }
                writer.write(.threadStates, labels, threads)
            }
        }
    }

    /// The letters as texts.
    private static let names: [String?] = (0..<128).map { letter in
        switch letter {
        case 0x41...0x5A, 0x61...0x7A: String(UnicodeScalar(UInt8(letter)))
        default: nil
        }
    }

    /// Counts what a walk came by; true for a process whose threads are to be walked over.
    private mutating func count(_ entry: TaskTable.Entry, or writer: inout Writer) -> Bool {
        switch entry {
        case .lost(let error):
            writer.loseItem(error.description)
        case .thread(let thread, let process, let stat):
            guard let (state, _) = Self.parse(stat) else {
                writer.loseItem("\(table.path)/\(process)/task/\(thread)/stat: \"\(stat.upTo(64).text)\"")
                return false
            }
            counts.threadStates[state] += 1
        case .process(let process, let stat):
            guard let (state, threads) = Self.parse(stat) else {
                writer.loseItem("\(table.path)/\(process)/stat: \"\(stat.upTo(64).text)\"")
                return false
            }
            counts.processes += 1
            counts.threads += threads
            counts.states[state] += 1
            // The folder of a single thread holds what is known already.
            guard threads > 1 else {
                counts.onlyThreads[state] += 1
                return false
            }
            if table.hasThreadFolders == true { counts.threadStates[state] += 1 }
            return true
        }
        return false
    }

    /// The letter of the state and the number of threads in `17 (name) S 2 0 ...`; nil where that is not it.
    ///
    /// The name may hold anything, brackets and blanks too.
    private static func parse(_ stat: Bytes) -> (state: Int, threads: Int)? {
        guard let end = stat.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        var words = ByteScanner(stat.from(end + 1))
        guard let state = words.nextField(), state.count == 1, let letter = state[0], letter < 128,
            names[Int(letter)] != nil, words.skipFields(16), let threads = words.nextUnsigned(), threads < 1 << 31
        else { return nil }
        return (Int(letter), Int(threads))
    }
}
