// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// Texts of chips as they stand in labels and names.
enum HwmonText {
    /// In lower case, with an underscore for every character but letters, digits, `_` and `:`, and none at the ends.
    static func clean(_ text: String) -> String {
        var out: [UInt8] = []
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9", ":", "_": out.append(UInt8(truncatingIfNeeded: scalar.value))
            case "A"..."Z": out.append(UInt8(truncatingIfNeeded: scalar.value) &+ 0x20)
            default: out.append(0x5F)
            }
        }
        let start = out.firstIndex { $0 != 0x5F } ?? out.endIndex
        let end = out.lastIndex { $0 != 0x5F }.map { $0 + 1 } ?? start
        return String(decoding: out[start..<end], as: UTF8.self)
    }

    /// Without line feeds on both sides.
    static func withoutLineFeeds(_ text: Bytes) -> Bytes {
        var start = 0
        var end = text.count
        while text[start] == 0x0A { start &+= 1 }
        while end > start, text[end &- 1] == 0x0A { end &-= 1 }
        return text[start, end]
    }
}
