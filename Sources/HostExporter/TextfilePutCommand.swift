// SPDX-License-Identifier: Apache-2.0

import Agent
import CollectorKit
import Collectors
import Glibc
import KernelFiles

/// `textfile put`: takes a page from standard input and puts it where the textfile collector reads it.
enum TextfilePutCommand {
    private static let directory = Flag.text(
        "directory", help: "Where to put the file. Default: the first --collector.textfile.directory.")

    static let subcommand = Subcommand(
        name: "textfile put", operands: ["NAME"],
        help: "check metrics from standard input and put them into the text file NAME.prom",
        flags: [directory],
        run: run)

    /// 0 where the file is there, 1 where the metrics are wrong or it cannot be written.
    private static func run(_ invocation: Invocation) throws(ConfigurationError) -> Int32 {
        var name = invocation.operands[0]
        if name.hasSuffix(".prom") { name.removeLast(5) }
        guard isGood(name) else {
            return Command.refuse(
                "\"\(FlagTable.cut(name))\" is no name for a text file; it takes letters, digits, _, - and ., "
                    + "not at the start, up to 200")
        }
        var directory = invocation.options[Self.directory]
        if directory.isEmpty { directory = invocation.options[Registry.textfileDirectory].first ?? "" }
        guard !directory.isEmpty else {
            return Command.refuse("no directory is known; give --directory or --collector.textfile.directory")
        }
        let bytes: [UInt8]
        do throws(TextfileInput.Failure) {
            bytes = try TextfileInput.read(STDIN_FILENO, name: "standard input")
        } catch {
            Command.fputs("host-exporter: \(error.text)\n")
            return 1
        }
        let problems = TextfileInput.problems(in: bytes)
        guard problems.isEmpty else {
            for problem in problems { Command.fputs("standard input: \(problem)\n") }
            return 1
        }
        if let reason = AtomicFile.write(bytes, to: "\(name).prom", in: directory) {
            Command.fputs("host-exporter: \(directory)/\(name).prom: \(reason)\n")
            return 1
        }
        return 0
    }

    private static func isGood(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 200, !name.hasPrefix(".") else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}
