// SPDX-License-Identifier: Apache-2.0

import Exposition
import NIOCore

/// Puts responses into bytes, as one buffer each.
///
/// The buffer is kept: when the response before has left, its memory serves the next one.
struct ResponseWriter {
    /// Room in front of a compressed body, whose length is known only when it is there.
    private static let headRoom = 1024

    private let level: Int32
    private var encoder: GzipEncoder?
    private var date = HTTPDate()
    private var buffer: ByteBuffer
    private var head: [UInt8] = []
    private let textHeads = PageHeads(.text)
    private let openMetricsHeads = PageHeads(.openMetrics)

    private struct PageHeads {
        let plain: [UInt8]
        let gzip: [UInt8]

        init(_ format: PageFormat) {
            let common = "HTTP/1.1 200 OK\r\nContent-Type: \(format.contentType)\r\nVary: Accept, Accept-Encoding\r\n"
            plain = Array(common.utf8)
            gzip = Array((common + "Content-Encoding: gzip\r\n").utf8)
        }
    }

    /// Makes a writer.
    ///
    /// - Parameters:
    ///   - allocator: where the buffer comes from.
    ///   - compressionLevel: zlib's level; the compressor is made when the first client wants it.
    init(allocator: ByteBufferAllocator, compressionLevel: Int32) {
        level = compressionLevel
        buffer = allocator.buffer(capacity: 4096)
        head.reserveCapacity(Self.headRoom)
    }

    /// The response that carries a page.
    mutating func page(_ page: [UInt8], for request: Request, closes: Bool) -> ByteBuffer {
        if request.wantsGzip, let response = compressed(page, for: request, closes: closes) { return response }
        beginHead(for: request, isGzip: false)
        endHead(length: page.count, for: request, closes: closes)
        buffer.clear(minimumCapacity: head.count + page.count)
        buffer.writeBytes(head)
        buffer.writeBytes(page)
        return buffer
    }

    /// The response to HEAD: what a page's head would say, but for its length, which nobody knows without rendering.
    mutating func pageHead(for request: Request, closes: Bool) -> ByteBuffer {
        beginHead(for: request, isGzip: request.wantsGzip)
        endHead(length: nil, for: request, closes: closes)
        buffer.clear(minimumCapacity: head.count)
        buffer.writeBytes(head)
        return buffer
    }

    /// The response that carries a text; `request` is nil where there was none that could be understood.
    mutating func response(_ response: Response, for request: Request?, closes: Bool) -> ByteBuffer {
        head.removeAll(keepingCapacity: true)
        let status = response.status
        head.append(contentsOf: "HTTP/1.1 \(status.rawValue) \(status.reason)\r\n".utf8)
        head.append(contentsOf: "Content-Type: \(response.contentType)\r\n".utf8)
        head.append(contentsOf: response.headers.utf8)
        endHead(length: response.body.utf8.count, for: request, closes: closes)
        buffer.clear(minimumCapacity: head.count + response.body.utf8.count)
        buffer.writeBytes(head)
        if request?.method != .head { buffer.writeString(response.body) }
        return buffer
    }

    private mutating func compressed(_ page: [UInt8], for request: Request, closes: Bool) -> ByteBuffer? {
        if encoder == nil { encoder = GzipEncoder(level: level) }
        guard let encoder else { return nil }
        buffer.clear(minimumCapacity: Self.headRoom)
        buffer.moveWriterIndex(to: Self.headRoom)
        buffer.moveReaderIndex(to: Self.headRoom)
        guard encoder.compress(page, into: &buffer) else { return nil }
        beginHead(for: request, isGzip: true)
        endHead(length: buffer.readableBytes, for: request, closes: closes)
        guard head.count <= Self.headRoom else { return nil }
        let start = Self.headRoom - head.count
        buffer.setBytes(head, at: start)
        buffer.moveReaderIndex(to: start)
        return buffer
    }

    private mutating func beginHead(for request: Request, isGzip: Bool) {
        head.removeAll(keepingCapacity: true)
        let heads = request.format == .text ? textHeads : openMetricsHeads
        head.append(contentsOf: isGzip ? heads.gzip : heads.plain)
    }

    private mutating func endHead(length: Int?, for request: Request?, closes: Bool) {
        if let length {
            head.append(contentsOf: "Content-Length: ".utf8)
            head.append(contentsOf: String(length).utf8)
            head.append(contentsOf: "\r\n".utf8)
        }
        if closes {
            head.append(contentsOf: "Connection: close\r\n".utf8)
        } else if request?.isHTTP10 == true {
            head.append(contentsOf: "Connection: keep-alive\r\n".utf8)
        }
        head.append(contentsOf: date.current())
        head.append(contentsOf: "\r\n".utf8)
    }
}
