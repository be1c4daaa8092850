// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// The one place that says what the bytes of a connection go through.
enum ConnectionPipeline {
    /// Sets a connection up, on its event loop.
    ///
    /// From the socket to the answer: the decoder, the connection. TLS goes in front of the decoder. What guards every
    /// request belongs to the table of routes and `ServerLoop.answer`, where the requests of one client come one after another.
    static func install(on channel: any Channel, for server: ServerLoop) throws {
        let limits = server.configuration.limits
        var decoding = NIOHTTPDecoderLimitConfiguration()
        decoding.maxHeaderFieldSize = limits.headBytes
        decoding.maxHeaderListSize = limits.headBytes
        decoding.maxHeaderFieldCount = limits.headerCount
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoding)
        try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(decoder))
        try channel.pipeline.syncOperations.addHandler(Connection(server: server))
    }
}
