// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What is fuzzed: takes any bytes and must never trap.
struct FuzzTarget {
    /// The target of this process; set once, before the first input.
    nonisolated(unsafe) static var chosen = FuzzTarget { _ in }

    /// Tries one input.
    let run: ([UInt8]) -> Void

    static func named(_ name: String) -> FuzzTarget? {
        switch name {
        case "text": FuzzTarget(run: TextTarget.run)
        case "netlink": FuzzTarget(run: NetlinkTarget.run)
        case "collectors": FuzzTarget(run: CollectorsTarget().run)
        case "configuration": FuzzTarget(run: ConfigurationTarget().run)
        default: nil
        }
    }

    /// Ends the process as a trap would, so that libFuzzer keeps the input.
    static func fail(_ reason: String) -> Never {
        say("wrong: \(reason)")
        abort()
    }

    static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        write(STDERR_FILENO, bytes, bytes.count)
    }
}
