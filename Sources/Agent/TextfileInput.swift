// SPDX-License-Identifier: Apache-2.0

import Exposition
import Glibc
import KernelFiles

/// What `textfile put` and `textfile check` read, and what the textfile collector would say to it.
package enum TextfileInput {
    /// Why nothing could be read, with the name of what it was.
    package struct Failure: Error {
        /// What and why, in one line.
        package let text: String
    }

    /// What the textfile collector reads of one file at most.
    private static let sizeLimitBytes = 16 << 20

    /// Reads a file to its end.
    package static func read(path: String) throws(Failure) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(text: "\(path): \(KernelFileError.text(of: errno))") }
        defer { close(descriptor) }
        return try read(descriptor, name: path)
    }

    /// Reads a descriptor to its end.
    package static func read(_ descriptor: Int32, name: String) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            var taken = 0
            let chunk = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                taken = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                count = max(0, taken)
            }
            if taken < 0 {
                if errno == EINTR { continue }
                throw Failure(text: "\(name): \(KernelFileError.text(of: errno))")
            }
            if chunk.isEmpty { return bytes }
            bytes += chunk
            guard bytes.count <= sizeLimitBytes else {
                throw Failure(text: "\(name): more than \(sizeLimitBytes >> 20) MiB are not accepted")
            }
        }
    }

    /// What is wrong with a page, each with its line.
    package static func problems(in bytes: [UInt8]) -> [String] {
        do throws(TextParserError) {
            let page = try TextParser.parse(bytes)
            if let line = page.firstTimestampLine {
                return ["line \(line): a timestamp is not accepted in a text file"]
            }
            return repeatedSeries(page)
        } catch {
            return [error.description]
        }
    }

    /// How many samples a page has; 0 where it is wrong.
    package static func sampleCount(in bytes: [UInt8]) -> Int {
        (try? TextParser.parse(bytes))?.families.reduce(0) { $0 + $1.samples.count } ?? 0
    }

    /// A series that is there twice; of a summary or histogram each line is a part of its own.
    private static func repeatedSeries(_ page: ParsedPage) -> [String] {
        for family in page.families where family.type != .histogram && family.type != .summary {
            var lines: [[UInt8]: Int] = [:]
            for sample in family.samples {
                var key: [UInt8] = []
                for label in page.labels[sample.labels] {
                    key += page.bytes[label.name] + [UInt8(ascii: "=")] + page.bytes[label.value] + [UInt8(ascii: "\"")]
                }
                if let first = lines[key] {
                    let name = String(decoding: page.bytes[family.name], as: UTF8.self)
                    return ["line \(sample.line): \(name) with the same labels stands in line \(first) already"]
                }
                lines[key] = sample.line
            }
        }
        return []
    }
}
