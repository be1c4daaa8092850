// SPDX-License-Identifier: Apache-2.0

package import Logging
import Synchronization

/// The least severe level that is logged, shared by all copies of a logger, so that it can change while they are used.
package final class LogLevel: Sendable {
    private static let words: [(word: String, level: Logger.Level)] = [
        ("debug", .debug), ("info", .info), ("warn", .warning), ("error", .error),
    ]

    private let level: Mutex<Logger.Level>

    /// The level of a value of `--log.level`.
    package init(word: String) {
        level = Mutex(Self.level(of: word))
    }

    /// The level in force.
    package var current: Logger.Level {
        get { level.withLock { $0 } }
        set { level.withLock { $0 = newValue } }
    }

    /// Takes a value of `--log.level`.
    package func set(word: String) {
        current = Self.level(of: word)
    }

    private static func level(of word: String) -> Logger.Level {
        words.first { $0.word == word }?.level ?? .info
    }
}
