// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Unpacks a gzip stream; nil where it is none or goes on behind its end.
func gunzip(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    let gzipWindow: Int32 = 15 + 16
    guard inflateInit2_(&stream, gzipWindow, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
        return nil
    }
    defer { inflateEnd(&stream) }
    var input = bytes
    var result: [UInt8] = []
    return input.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let code = chunk.withUnsafeMutableBufferPointer { room in
                stream.next_out = room.baseAddress
                stream.avail_out = UInt32(room.count)
                return inflate(&stream, Z_NO_FLUSH)
            }
            result += chunk[..<(chunk.count - Int(stream.avail_out))]
            if code == Z_STREAM_END { return stream.avail_in == 0 ? result : nil }
            guard code == Z_OK else { return nil }
        }
    }
}
