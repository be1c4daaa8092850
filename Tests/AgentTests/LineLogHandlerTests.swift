// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import Testing

@testable import Agent

@Suite struct LineLogHandlerTests {
    /// A logger with a pipe for standard error.
    private final class Piped {
        let logger: Logger
        let level = LogLevel(word: "debug")
        private var ends: [Int32] = [0, 0]

        init(_ format: LineLogHandler.Format) throws {
            try #require(pipe(&ends) == 0)
            let handler = LineLogHandler(level: level, format: format, descriptor: ends[1])
            logger = Logger(label: "test") { _ in handler }
        }

        deinit { for end in ends where end >= 0 { close(end) } }

        /// What was written so far; a write is over when logging returns, so nothing is waited for.
        func written() throws -> String {
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 1 << 17)
            var ready = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
            while poll(&ready, 1, 0) > 0 {
                let count = read(ends[0], &chunk, chunk.count)
                guard count > 0 else { break }
                bytes += chunk.prefix(count)
            }
            return try #require(String(validating: bytes, as: UTF8.self))
        }

        /// The bytes that wait to be read.
        func waiting() -> Int32 {
            var count: Int32 = 0
            _ = ioctl(ends[0], UInt(FIONREAD), &count)
            return count
        }

        func closeReader() {
            close(ends[0])
            ends[0] = -1
        }
    }

    /// A line without its time.
    private func withoutTime(_ line: String) -> Substring { line.drop { $0 != " " }.dropFirst() }

    private func object(_ line: String) throws -> [String: String] {
        let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8))
        return try #require(parsed as? [String: String])
    }

    @Test("a logfmt line has time, level, message and the fields by name")
    func logfmt() throws {
        let log = try Piped(.logfmt)
        log.logger.warning("collector failed", metadata: ["state": "timed_out", "collector": "arp"])
        let line = try log.written()
        #expect(withoutTime(line) == "level=warn msg=\"collector failed\" collector=arp state=timed_out\n")
    }

    @Test(
        "a logfmt value is quoted where it is not plain",
        arguments: [
            ("plain", "plain"), ("", "\"\""), ("a b", "\"a b\""), ("a=b", "\"a=b\""), ("a\"b", "\"a\\\"b\""),
            ("a\nb", "\"a\\nb\""), ("\u{1b}[31m", "\"\\u001b[31m\""), ("é", "\"é\""), ("^a\\d+$", "^a\\d+$"),
            ("a \\ b", "\"a \\\\ b\""), ("\u{7f}", "\"\\u007f\""),
        ])
    func quoting(value: String, written: String) throws {
        let log = try Piped(.logfmt)
        log.logger.info("m", metadata: ["reason": "\(value)"])
        #expect(withoutTime(try log.written()) == "level=info msg=m reason=\(written)\n")
    }

    @Test("a JSON line is one object that reads back, whatever the texts hold")
    func json() throws {
        let log = try Piped(.json)
        let nasty = "a\"b\\c\n\r\t\u{0}\u{1b}\u{7f}é\u{1F986}=x"
        log.logger.error("\(nasty)", metadata: ["reason": "\(nasty)", "a\"b": "1"])
        let text = try log.written()
        #expect(text.hasSuffix("}\n") && text.count { $0 == "\n" } == 1)
        let object = try object(text)
        #expect(object["msg"] == nasty && object["reason"] == nasty && object["a\"b"] == "1")
        #expect(object["level"] == "error" && object.count == 5)
    }

    @Test("the time is UTC with milliseconds, as RFC 3339 has it")
    func time() throws {
        let log = try Piped(.json)
        let before = Date()
        log.logger.info("m")
        let time = try #require(try object(log.written())["time"])
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
        let parsed = try Date(time, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        #expect(abs(parsed.timeIntervalSince(before)) < 60)
    }

    @Test("levels have the names of --log.level, and a line's field beats the logger's")
    func levels() throws {
        let log = try Piped(.logfmt)
        var logger = log.logger
        logger[metadataKey: "a"] = "logger"
        logger[metadataKey: "b"] = "logger"
        for level in [Logger.Level.debug, .info, .notice, .warning, .error, .critical] {
            logger.log(level: level, "m", metadata: ["a": "line"])
        }
        let words = ["debug", "info", "info", "warn", "error", "error"]
        #expect(
            try log.written().split(separator: "\n").map { withoutTime(String($0)) }
                == words.map { "level=\($0) msg=m a=line b=logger" })
    }

    @Test("a change of the level reaches every logger that shares it")
    func changedLevel() throws {
        let log = try Piped(.logfmt)
        let other = log.logger
        log.level.set(word: "error")
        other.warning("lost")
        #expect(try log.written() == "")
        log.level.set(word: "warn")
        other.warning("seen")
        #expect(try log.written().contains("msg=seen"))
    }

    @Test(
        "what is too long for one write is cut within its values and stays one whole line",
        arguments: [1_000, 5_000, 200_000])
    func long(count: Int) throws {
        let json = try Piped(.json)
        let long = String(repeating: "\"é", count: count)
        json.logger.info("m", metadata: ["reason": "\(long)", "state": "failed"])
        let text = try json.written()
        #expect(text.utf8.count <= 4_096 && text.hasSuffix("\n"))
        let object = try object(text)
        #expect(object["state"] == "failed" && object["msg"] == "m")
        #expect(object["reason"].map { $0.hasPrefix("\"é\"é") && ($0 == long || $0.hasSuffix("...")) } == true)
        let logfmt = try Piped(.logfmt)
        logfmt.logger.info("m", metadata: ["reason": "\(long)", "state": "failed"])
        #expect(try logfmt.written().hasSuffix(" state=failed\n"))
    }

    @Test("a pipe that nobody reads makes no line wait: what does not fit is dropped, whole", .timeLimit(.minutes(1)))
    func fullPipe() throws {
        let log = try Piped(.logfmt)
        for number in 0..<5_000 { log.logger.info("line \(number) \(String(repeating: "x", count: 100))") }
        #expect(log.waiting() > 4_096)
        let text = try log.written()
        #expect(
            text.hasSuffix("x\"\n")
                && text.split(separator: "\n").allSatisfy { $0.hasPrefix("time=") && $0.hasSuffix("x\"") })
        log.logger.info("again")
        #expect(try log.written().hasSuffix("msg=again\n"))
    }

    @Test("a reader that is gone or a closed descriptor ends nothing")
    func gone() throws {
        signal(SIGPIPE, SIG_IGN)
        let log = try Piped(.logfmt)
        log.closeReader()
        for _ in 0..<10 { log.logger.info("m") }
        let handler = LineLogHandler(level: log.level, format: .logfmt, descriptor: -1)
        Logger(label: "test") { _ in handler }.info("m")
    }

    @Test("a word that is no level is info")
    func unknownLevel() {
        #expect(LogLevel(word: "loud").current == .info)
        #expect(
            ["debug", "info", "warn", "error"].map { LogLevel(word: $0).current } == [.debug, .info, .warning, .error])
    }
}
