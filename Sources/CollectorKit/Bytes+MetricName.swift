// SPDX-License-Identifier: Apache-2.0

public import KernelFiles

extension Bytes {
    /// True for a word of letters, digits and `_`, which can be a part of a metric's name; false for an empty one.
    public var isMetricName: Bool {
        guard count > 0 else { return false }
        for at in 0..<count {
            switch self[at] ?? 0 {
            case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: continue
            default: return false
            }
        }
        return true
    }
}
