// SPDX-License-Identifier: Apache-2.0

import KernelFiles

/// Walks over the arrays of /proc/mdstat.
///
/// Source: kernel drivers/md/md.c, md_seq_show.
struct MdstatArrays {
    private var lines: ByteScanner

    init(_ text: Bytes) {
        lines = ByteScanner(text)
    }

    /// The next array; nil after the last one.
    mutating func next() -> MdstatArray? {
        while let line = lines.nextLine() {
            guard line.leadingBlanks == 0, !line.isEmpty, !line.hasPrefix("Personalities"), !line.hasPrefix("unused")
            else { continue }
            return MdstatArray(line, followedBy: nextBlock())
        }
        return nil
    }

    /// The lines up to an empty one or to one that begins without a blank.
    private mutating func nextBlock() -> Bytes {
        let start = lines.rest
        while true {
            var ahead = lines
            guard let line = ahead.nextLine(), line.leadingBlanks > 0, line.leadingBlanks < line.count else { break }
            lines = ahead
        }
        return start.upTo(start.count &- lines.rest.count)
    }
}

/// An array as /proc/mdstat shows it: a line with its disks, below it one with its size, one about its syncing and one
/// about its bitmap.
struct MdstatArray {
    /// What the array does; states of other names are none of these.
    enum State {
        case active, inactive, recovering, resyncing, checking, other
    }

    /// How much of the array is in sync.
    enum Progress {
        /// Nothing is being synced.
        case whole
        /// So many blocks of 1,024 bytes; 0 where syncing has not begun.
        case blocks(UInt64)
        /// Another host of the cluster syncs it, and how far is not shown here.
        case elsewhere
        case malformed(Bytes)
    }

    /// The line with the disks.
    let line: Bytes
    /// The device's name; nil where the line has none.
    let name: Bytes?
    /// nil where the line does not say it.
    let state: State?
    let failedDisks, spareDisks: Int
    /// Disks that work and disks that should; 0 of an inactive array, nil where they are not shown.
    let disks: (active: UInt64, required: UInt64)?
    /// Size in blocks of 1,024 bytes; nil where it is not shown.
    let blocks: UInt64?
    let progress: Progress

    /// Takes the lines of an array apart.
    init(_ line: Bytes, followedBy block: Bytes) {
        self.line = line
        var words = ByteScanner(line)
        name = words.nextField()
        let colon = words.nextField()
        let word = words.nextField()
        failedDisks = line.count(of: "(F)")
        spareDisks = line.count(of: "(S)")

        var below = ByteScanner(block)
        let status = below.nextLine() ?? Bytes("")
        var columns = ByteScanner(status)
        blocks = columns.nextUnsigned()
        disks = MdstatArray.disks(
            line, level: MdstatArray.level(words), isInactive: word.map { $0 == "inactive" } ?? false, status)

        var syncing: (State, Progress)?
        while syncing == nil, let line = below.nextLine() { syncing = MdstatArray.syncing(line) }
        progress = syncing?.1 ?? .whole
        guard let colon, colon == ":", let word else {
            state = nil
            return
        }
        state = syncing?.0 ?? (word == "active" ? .active : word == "inactive" ? .inactive : .other)
    }

    /// The personality, behind `(read-only)` or `(auto-read-only)` where the array is that.
    private static func level(_ rest: ByteScanner) -> Bytes {
        var words = rest
        let word = words.nextField() ?? Bytes("")
        return word.hasPrefix("(") ? words.nextField() ?? Bytes("") : word
    }

    private static func disks(
        _ line: Bytes, level: Bytes, isInactive: Bool, _ status: Bytes
    ) -> (active: UInt64, required: UInt64)? {
        // Without redundancy an array has all of its disks or none.
        if level == "raid0" || level == "linear" {
            let all = UInt64(line.count(of: "["))
            return (all, all)
        }
        if isInactive { return (0, 0) }
        // `[4/3] [U_UU]`: four wanted, three there.
        var words = ByteScanner(status)
        while let word = words.nextField() {
            guard word.hasPrefix("["), word.hasSuffix("]"), let slash = word.firstIndex(of: UInt8(ascii: "/")),
                let required = word[1, slash].unsigned, let active = word[slash &+ 1, word.count &- 1].unsigned
            else { continue }
            return (active, required)
        }
        return nil
    }

    /// What a line says about syncing; nil for a line about something else.
    ///
    /// `recovery =  8.5% (16775552/195310144) finish=17.0min speed=259783K/sec`, `resync=DELAYED`.
    private static func syncing(_ line: Bytes) -> (State, Progress)? {
        var words = ByteScanner(line)
        while let word = words.nextField() {
            let state: State
            if word.hasPrefix("recover") {
                state = .recovering
            } else if word.hasPrefix("reshape") {
                state = .other
            } else if word.hasPrefix("check") {
                state = .checking
            } else if word.hasPrefix("resync") {
                state = .resyncing
            } else {
                continue
            }
            if word.hasSuffix("=PENDING") || word.hasSuffix("=DELAYED") { return (state, .blocks(0)) }
            if word.hasSuffix("=REMOTE") { return (state, .elsewhere) }
            while let word = words.nextField() {
                guard word.hasPrefix("("), let slash = word.firstIndex(of: UInt8(ascii: "/")) else { continue }
                if let synced = word[1, slash].unsigned { return (state, .blocks(synced)) }
            }
            return (state, .malformed(line))
        }
        return nil
    }
}

extension Bytes {
    /// How often a literal stands in the bytes.
    fileprivate func count(of literal: StaticString) -> Int {
        var found = 0
        for at in 0..<count where from(at).hasPrefix(literal) { found &+= 1 }
        return found
    }
}
