// SPDX-License-Identifier: Apache-2.0

import KernelFiles

extension Bytes {
    /// True where the view holds exactly the bytes that were kept.
    func isSame(as kept: [UInt8]) -> Bool {
        guard kept.count == count else { return false }
        // The pointer does not outlive the closure.
        return unsafe kept.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return true }
            return unsafe self == Bytes(base, count: buffer.count)
        }
    }
}
