// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Glibc
import Logging

/// Writes log lines to standard error as logfmt or JSON, one write each, and never waits: a line that the reader of
/// the log does not take at once is dropped, so that a stuck reader cannot stop a scrape.
struct LineLogHandler: LogHandler {
    enum Format: String {
        case logfmt, json
    }

    var metadata: Logger.Metadata = [:]
    let level: LogLevel
    let format: Format

    init(level: LogLevel, format: Format) {
        self.level = level
        self.format = format
    }

    var logLevel: Logger.Level {
        get { level.current }
        set { level.current = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields: [(String, String)] = [
            ("time", LineLogHandler.timestamp()), ("level", LineLogHandler.word(event.level)),
            ("msg", event.message.description),
        ]
        let merged = metadata.merging(event.metadata ?? [:]) { _, new in new }
        for (key, value) in merged.sorted(by: { $0.key < $1.key }) { fields.append((key, "\(value)")) }
        LineLogHandler.write(format == .json ? LineLogHandler.json(fields) : LineLogHandler.logfmt(fields))
    }

    /// One line to standard error where it takes it without waiting.
    static func write(_ line: String) {
        // A pipe that polls writable takes PIPE_BUF bytes at once.
        let bytes = Array((line + "\n").utf8.prefix(4_096))
        var ready = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&ready, 1, 0) > 0 else { return }
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
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
        let seconds = Int(now.tv_sec)
        let (year, month, day) = civilDate(daysSince1970: seconds / 86_400)
        func pad(_ value: some BinaryInteger, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T\(pad(seconds / 3_600 % 24, 2)):"
            + "\(pad(seconds / 60 % 60, 2)):\(pad(seconds % 60, 2)).\(pad(now.tv_nsec / 1_000_000, 3))Z"
    }

    /// The Gregorian date of a day, counted in eras of 400 years that begin on 1 March.
    private static func civilDate(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}
