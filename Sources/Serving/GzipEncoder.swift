// SPDX-License-Identifier: Apache-2.0

import CZlib
import NIOCore

/// A gzip compressor that is set up once and reset for each page; it holds about 256 KiB.
@safe final class GzipEncoder {
    /// zlib keeps a pointer back to this, so it needs an address that does not change.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Makes a compressor, nil where zlib has no memory for one.
    ///
    /// - Parameter level: 1 (fast) to 9 (small); other values are brought into that range.
    init?(level: Int32) {
        // Owned by this object from here to deinit.
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let gzipWindow: Int32 = 15 + 16
        let code = unsafe deflateInit2_(
            stream, min(max(level, 1), 9), Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            unsafe stream.deallocate()
            return nil
        }
    }

    deinit {
        // The stream was initialised, or init would have failed.
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Appends the compressed page to a buffer; false, with the buffer as it was, where zlib refuses.
    func compress(_ page: [UInt8], into buffer: inout ByteBuffer) -> Bool {
        // The stream is ours and alive; it takes sizes of 32 bits.
        guard let length = UInt32(exactly: page.count), unsafe deflateReset(stream) == Z_OK else { return false }
        let bound = Int(unsafe deflateBound(stream, UInt(length)))
        guard let room = UInt32(exactly: bound) else { return false }
        var isWhole = false
        // Both pointers are valid for the lengths given with them, and zlib does not keep them.
        unsafe page.withUnsafeBufferPointer { input in
            _ = unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { output in
                unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                unsafe stream.pointee.avail_in = length
                unsafe stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
                unsafe stream.pointee.avail_out = room
                isWhole = unsafe deflate(stream, Z_FINISH) == Z_STREAM_END
                return isWhole ? bound - Int(unsafe stream.pointee.avail_out) : 0
            }
        }
        return isWhole
    }
}
