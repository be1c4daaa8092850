// SPDX-License-Identifier: Apache-2.0

import CivilTime
import CollectorKit
import Glibc
package import Logging

/// Writes log lines to standard error as logfmt or JSON, one write each, and never waits: a line that the reader of
/// the log does not take at once is dropped, so that a stuck reader cannot stop a scrape.
package struct LineLogHandler: LogHandler {
    /// How a line is written.
    package enum Format: String {
        case logfmt, json
    }

    /// What a pipe that polls writable takes at once: PIPE_BUF.
    private static let lineLimitBytes = 4_096

    /// Fields of every line.
    package var metadata: Logger.Metadata = [:]
    private let level: LogLevel
    private let format: Format
    private let descriptor: Int32

    /// A handler that writes to a file descriptor, standard error where none is named.
    package init(level: LogLevel, format: Format, descriptor: Int32 = STDERR_FILENO) {
        self.descriptor = descriptor
        self.level = level
        self.format = format
    }

    /// The least severe level that is logged, shared with all copies.
    package var logLevel: Logger.Level {
        get { level.current }
        set { level.current = newValue }
    }

    /// A field of every line.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one line.
    package func log(event: LogEvent) {
        var fields: [(String, String)] = [
            ("time", LineLogHandler.timestamp()), ("level", LineLogHandler.word(event.level)),
            ("msg", event.message.description),
        ]
        let merged = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for (key, value) in merged.sorted(by: { $0.key < $1.key }) { fields.append((key, "\(value)")) }
        write(line(fields))
    }

    /// One line, where the descriptor takes it without waiting.
    private func write(_ line: [UInt8]) {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&ready, 1, 0) > 0 else { return }
        _ = unsafe line.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    /// The fields as a line that a pipe takes at once; where they are too long, the ends of values are left out.
    private func line(_ fields: [(String, String)]) -> [UInt8] {
        func text(_ fields: [(String, String)]) -> [UInt8] {
            Array((format == .json ? Self.json(fields) : Self.logfmt(fields)).utf8)
        }
        var bytes = text(fields)
        var limit = Self.lineLimitBytes / 2
        while bytes.count >= Self.lineLimitBytes, limit > 0 {
            bytes = text(fields.map { key, value in (key, Self.cut(value, to: limit)) })
            limit /= 2
        }
        return bytes.prefix(Self.lineLimitBytes - 1) + [UInt8(ascii: "\n")]
    }

    private static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        return String(decoding: text.utf8.prefix(limit), as: UTF8.self) + "..."
    }

    private static func word(_ level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "debug"
        case .info, .notice: "info"
        case .warning: "warn"
        case .error, .critical: "error"
        }
    }

    private static func logfmt(_ fields: [(String, String)]) -> String {
        fields.map { key, value in
            let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3D && $0 < 0x7F }
            return "\(key)=\(isPlain ? value : JSONWriter.quoted(value))"
        }.joined(separator: " ")
    }

    private static func json(_ fields: [(String, String)]) -> String {
        var json = JSONWriter()
        json.object { json in
            for (key, value) in fields { json.member(key, value) }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    /// The time in UTC with milliseconds, RFC 3339.
    private static func timestamp() -> String {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return UTCTime(secondsSince1970: Int64(now.tv_sec)).timestamp(milliseconds: Int(now.tv_nsec / 1_000_000))
    }
}
