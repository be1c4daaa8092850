// SPDX-License-Identifier: Apache-2.0

import Agent
import CollectorKit
import Glibc

/// `textfile check`: whether the textfile collector will take a file.
enum TextfileCheckCommand {
    static let subcommand = Subcommand(
        name: "textfile check", operands: ["FILE"], help: "check a text file, or standard input as -",
        readsConfiguration: false, run: run)

    /// 0 with one line where the file is good, 1 with the line that is wrong.
    private static func run(_ invocation: Invocation) throws(ConfigurationError) -> Int32 {
        let path = invocation.operands[0]
        let name = path == "-" ? "standard input" : path
        do throws(TextfileInput.Failure) {
            let bytes =
                path == "-" ? try TextfileInput.read(STDIN_FILENO, name: name) : try TextfileInput.read(path: path)
            let problems = TextfileInput.problems(in: bytes)
            for problem in problems { Command.fputs("\(name): \(problem)\n") }
            if problems.isEmpty { print("\(name): ok, \(TextfileInput.sampleCount(in: bytes)) samples") }
            return problems.isEmpty ? 0 : 1
        } catch {
            Command.fputs("host-exporter: \(error.text)\n")
            return 1
        }
    }
}
