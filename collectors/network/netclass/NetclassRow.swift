// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles

/// What the dump of links does not say of an interface, from sysfs.
///
/// What changes only where the kernel says that a link changed is read then. Speed and duplex are read in
/// every scrape as long as there are few interfaces; with many of them they take turns, and whatever happened to a
/// link brings its turn at once. Reading them asks the driver and takes a lock that all interfaces share.
struct NetclassRow {
    /// How many interfaces' speeds are read in one scrape, and every how many scrapes those that have none.
    private static let speedsPerScrape = 64
    private static let silentPeriod: UInt64 = 64

    /// What of the dump has a bearing on speed and duplex.
    private struct LinkState: Equatable {
        var flags: InterfaceFlags
        var operationalState: OperationalState
        var hasCarrier: Bool?
        var carrierChanges: UInt32?
    }

    private let folder: String
    private let speedFile: KernelFile
    private let duplexFile: KernelFile
    private var index: Int32 = 0
    private var address: [UInt8] = []
    /// False where something was lost when the rest was read, so that it is read again.
    private var isKnown = false
    private var addressAssignType: Int64?
    private var nameAssignType: Int64?
    private var deviceID: Int64?
    private var speed: Int64?
    private var duplex: [UInt8] = []
    private var state: LinkState?
    /// What sleeps behind the interface, which is not woken for its speed; nil before it was looked for.
    private var runtimePM: RuntimePM?
    private var wasAsleep = false
    /// True where speed or duplex could not be read the last time, so that it is tried again at once.
    private var isSpeedLost = false

    /// A row of the interface with that folder.
    init(_ folder: String) {
        self.folder = folder
        speedFile = KernelFile(oneRead: folder + "/speed")
        duplexFile = KernelFile(oneRead: folder + "/duplex")
    }

    /// True where sysfs shows this interface under the dump's number; false where it shows another one's or none.
    mutating func isShown(_ link: Link, by reader: inout KernelFileReader) -> Bool {
        guard let text = try? reader.contents(ofPath: folder + "/ifindex") else { return false }
        return text.trimmed.signed == Int64(link.index)
    }

    /// Reads what is due and fills the values with it; `isChanged` where the kernel said that some link changed.
    mutating func read(
        _ link: Link, address: Bytes, isChanged: Bool, turn: UInt64, of count: Int, from reader: inout KernelFileReader,
        into values: inout NetclassValues, _ writer: inout MetricWriter<NetclassMetric>
    ) {
        let isOther = link.index != index || address != self.address
        if isOther || isChanged || !isKnown {
            let lostBefore = writer.itemsLost
            index = link.index
            if isOther {
                self.address = address.array
                state = nil
                runtimePM = nil
            }
            addressAssignType = number(in: "addr_assign_type", .addressAssignType, from: &reader, &writer)
            nameAssignType = number(in: "name_assign_type", .nameAssignType, from: &reader, &writer)
            deviceID = number(in: "dev_id", .deviceID, from: &reader, &writer)
            isKnown = writer.itemsLost == lostBefore
        }
        let now = LinkState(
            flags: link.flags, operationalState: link.operationalState, hasCarrier: link.hasCarrier,
            carrierChanges: link.carrierChanges)
        if now != state || isSpeedLost || isDue(turn, of: count) {
            state = now
            let lostBefore = writer.itemsLost
            readSpeed(from: &reader, &writer)
            isSpeedLost = writer.itemsLost != lostBefore
        }
        values[.addressAssignType] = addressAssignType
        values[.nameAssignType] = nameAssignType
        values[.deviceID] = deviceID
        values[.speedBytes] = speed
        // The pointer does not outlive the closure; the reader copies.
        values.duplex = unsafe duplex.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return Bytes("") }
            return reader.copy(unsafe Bytes(base, count: buffer.count))
        }
    }

    private func isDue(_ turn: UInt64, of count: Int) -> Bool {
        let isSilent = speed == nil && duplex.isEmpty && !wasAsleep
        let period = isSilent ? Self.silentPeriod : UInt64(1 + max(0, count - 1) / Self.speedsPerScrape)
        return (turn &+ UInt64(truncatingIfNeeded: index)) % period == 0
    }

    private mutating func readSpeed(from reader: inout KernelFileReader, _ writer: inout MetricWriter<NetclassMetric>) {
        let runtimePM = runtimePM ?? RuntimePM(above: folder, from: &reader)
        self.runtimePM = runtimePM
        wasAsleep = runtimePM.isAsleep(from: &reader)
        if wasAsleep {
            speed = nil
            duplex = []
            return
        }
        speed = NetclassFiles.text(of: speedFile, from: &reader, &writer).flatMap {
            NetclassFiles.number($0, of: .speedBytes)
        }
        let text = NetclassFiles.text(of: duplexFile, from: &reader, &writer) ?? Bytes("")
        if text != duplex { duplex = text.array }
    }

    /// A number that is read once in a while; nil where this kernel or this device does not have it.
    private func number(
        in file: String, _ metric: NetclassMetric, from reader: inout KernelFileReader,
        _ writer: inout MetricWriter<NetclassMetric>
    ) -> Int64? {
        let file = KernelFile(oneRead: "\(folder)/\(file)")
        guard let text = NetclassFiles.text(of: file, from: &reader, &writer) else { return nil }
        if let number = NetclassFiles.number(text, of: metric) { return number }
        writer.lose(.malformed(file.path, text))
        return nil
    }
}
