// SPDX-License-Identifier: Apache-2.0

public import Exposition
import Glibc
public import KernelFiles

/// The files of one subject, which a kernel has all together or not at all.
///
/// Each is lost by itself: what the others say is shown. One that is not there while another one is, is a lost item too.
///
///     while let (place, bytes) = files.next(from: &reader, or: &writer) { … }
///     if let absence = files.absence { return .noKernelFeature("\(absence.path) is not there") }
public struct FileSet {
    /// How a file that is not there is taken.
    private enum Kind {
        /// A kernel that has another one has it.
        case always
        /// Some kernels do not have it, or not yet.
        case sometimes
        /// Whether the kernel has it is settled when it boots.
        case atBoot
    }

    /// The files in the order in which they were given.
    public let files: [KernelFile]
    /// None of the files was there at the last reading: the error of the first.
    ///
    /// nil where one is there, read or lost.
    public private(set) var absence: KernelFileError?

    private var kinds: [Kind]
    private let unsupportedIsAbsent: Bool
    private var place = 0
    private var isAnyThere = false
    private var firstAbsence: KernelFileError?
    /// A bit for each file that was not there in this reading, and for each that is not looked for any more.
    private var missing: UInt64 = 0
    private var neverThere: UInt64 = 0

    /// Files that are there together, and others that some kernels do not have beside them: by what is loaded
    /// (`sometimes`), or by how they are built and booted (`atBoot`), which is found out once.
    ///
    /// At most 64. `unsupportedIsAbsent` is for files that say EOPNOTSUPP where the kernel could have what they show, and
    /// has not.
    public init(
        _ always: [KernelFile], sometimes: [KernelFile] = [], atBoot: [KernelFile] = [],
        unsupportedIsAbsent: Bool = false
    ) {
        self.unsupportedIsAbsent = unsupportedIsAbsent
        files = always + sometimes + atBoot
        precondition(files.count <= 64, "a set of files has a bit for each")
        kinds = always.map { _ in .always } + sometimes.map { _ in .sometimes } + atBoot.map { _ in .atBoot }
    }

    /// Reads the next file that is there and can be read: its place among the files, and its content; nil behind the
    /// last one, when the next reading begins.
    public mutating func next(
        from reader: inout KernelFileReader, or writer: inout MetricWriter<some FamilyKey>
    ) -> (place: Int, bytes: Bytes)? {
        if place == 0 {
            isAnyThere = false
            firstAbsence = nil
            missing = 0
        }
        while place < files.count {
            let current = place
            place &+= 1
            let bit: UInt64 = 1 << UInt64(truncatingIfNeeded: current)
            guard neverThere & bit == 0 else { continue }
            switch reader.part(files[current], unsupportedIsAbsent: unsupportedIsAbsent, or: &writer) {
            case .content(let bytes):
                isAnyThere = true
                return (current, bytes)
            case .lost: isAnyThere = true
            case .absent(let error):
                if firstAbsence == nil { firstAbsence = error }
                missing |= bit
            }
        }
        place = 0
        absence = isAnyThere ? nil : firstAbsence
        if isAnyThere, missing != 0 { noteMissing(into: &writer) }
        return nil
    }

    private mutating func noteMissing(into writer: inout MetricWriter<some FamilyKey>) {
        for (index, file) in files.enumerated() {
            let bit: UInt64 = 1 << UInt64(truncatingIfNeeded: index)
            guard missing & bit != 0 else { continue }
            switch kinds[index] {
            case .always: writer.loseItem("\(file.path) is not there, and others of its kind are")
            case .sometimes: break
            case .atBoot: neverThere |= bit
            }
        }
    }
}
