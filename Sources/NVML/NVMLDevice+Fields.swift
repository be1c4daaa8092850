// SPDX-License-Identifier: Apache-2.0

import CNVML

extension NVMLDevice {
    /// Reads the batch of fields that every device is asked for.
    func readFields(into reading: inout GPUReading) {
        fields.run(on: self) { field in
            reading.cost.add(field)
            let celsius = Blank.celsius(field)
            let value = Blank.unsigned(field)
            switch field.field {
            case 82: reading.temperatures.memoryCelsius = celsius
            case 193: reading.temperatures.marginLimits.shutdownCelsius = celsius
            case 194: reading.temperatures.marginLimits.slowdownCelsius = celsius
            case 195: reading.temperatures.marginLimits.memoryMaxCelsius = celsius
            case 196: reading.temperatures.marginLimits.gpuMaxCelsius = celsius
            case 83: reading.power.energyMillijoules = value
            case 185: reading.power.averageMilliwatts = value.flatMap(UInt32.init(exactly:))
            case 186: reading.power.instantMilliwatts = value.flatMap(UInt32.init(exactly:))
            case 91: reading.nvlinkCount = value.flatMap(UInt32.init(exactly:))
            case 138: reading.nvlinkTransmittedBytes = value?.kibibytes
            case 139: reading.nvlinkReceivedBytes = value?.kibibytes
            case 94: reading.pcie.replays = value
            case 197: reading.pcie.transmittedBytes = value
            case 198: reading.pcie.receivedBytes = value
            case 230: reading.recoveryAction = value.flatMap(UInt32.init(exactly:))
            case 74...81, 269...271: reading.clockEventTimes.set(field.field, value)
            default: reading.setErrors(field.field, value)
            }
        }
    }

    /// Asks by calls of their own for what the batch did not bring, as older drivers know fewer fields.
    func readWhatFieldsLack(into reading: inout GPUReading) {
        if reading.power.energyMillijoules == nil { reading.power.energyMillijoules = u64(CNVML_energy) }
        if reading.pcie.replays == nil { reading.pcie.replays = u32(CNVML_pcie_replays).map(UInt64.init) }
        if reading.ecc.enabled == true {
            fillECC(&reading.ecc.correctedVolatile, 0, 0)
            fillECC(&reading.ecc.uncorrectedVolatile, 1, 0)
            fillECC(&reading.ecc.correctedAggregate, 0, 1)
            fillECC(&reading.ecc.uncorrectedAggregate, 1, 1)
        }
        if reading.retiredPages.pending == nil {
            reading.retiredPages.pending = u32(CNVML_retired_pages_pending).map { $0 != 0 }
        }
        if reading.remappedRows.correctable == nil { readRemappedRows(into: &reading.remappedRows) }
    }

    /// Reads every link of the device in one batch, where that is wanted.
    func readLinks(wanted: Bool, into reading: inout GPUReading) {
        // More links than any device has: the count is garbage.
        guard wanted, let count = reading.nvlinkCount, (1...64).contains(count) else { return }
        for link in 0..<count { reading.nvlinks.append(GPUNVLink(link: link)) }
        links(count: Int(count)).run(on: self) { field in
            reading.cost.add(field)
            let index = Int(field.scope)
            guard reading.nvlinks.indices.contains(index) else { return }
            let value = Blank.unsigned(field)
            switch field.field {
            case 165: reading.nvlinks[index].isUp = value.map { $0 == 1 }
            case 138: reading.nvlinks[index].transmittedBytes = value?.kibibytes
            case 139: reading.nvlinks[index].receivedBytes = value?.kibibytes
            case 202: reading.nvlinks[index].transmittedBytes = value
            case 204: reading.nvlinks[index].receivedBytes = value
            case 161: reading.nvlinks[index].replayErrors = value
            case 162: reading.nvlinks[index].recoveryErrors = value
            case 163: reading.nvlinks[index].crcErrors = value
            default: break
            }
        }
    }

    private func fillECC(_ place: inout UInt64?, _ type: UInt32, _ window: UInt32) {
        guard place == nil else { return }
        var count: UInt64 = 0
        let worked = ask(CNVML_ecc_errors, of: type * 2 + window) {
            unsafe cnvml_ecc_errors($0.pointer, handle, type, window, &count)
        }
        if worked { place = Blank.none(count) }
    }

    private func readRemappedRows(into rows: inout GPURemappedRows) {
        var four: [4 of UInt32] = [0, 0, 0, 0]
        let worked = ask(CNVML_remapped_rows) { library in
            var span = four.mutableSpan
            return unsafe span.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return NVMLReturn.invalidArgument.rawValue }
                return unsafe cnvml_remapped_rows(library.pointer, handle, base)
            }
        }
        guard worked else { return }
        rows.correctable = Blank.none(four[0]).map(UInt64.init)
        rows.uncorrectable = Blank.none(four[1]).map(UInt64.init)
        rows.pending = four[2] != 0
        rows.failed = four[3] != 0
    }
}

extension GPUReading {
    /// Memory errors and what was done about them.
    fileprivate mutating func setErrors(_ field: UInt32, _ value: UInt64?) {
        switch field {
        case 3: ecc.correctedVolatile = value
        case 4: ecc.uncorrectedVolatile = value
        case 5: ecc.correctedAggregate = value
        case 6: ecc.uncorrectedAggregate = value
        case 29: retiredPages.singleBit = value
        case 30: retiredPages.doubleBit = value
        case 31: retiredPages.pending = value.map { $0 != 0 }
        case 142: remappedRows.correctable = value
        case 143: remappedRows.uncorrectable = value
        case 144: remappedRows.pending = value.map { $0 != 0 }
        case 145: remappedRows.failed = value.map { $0 != 0 }
        default: break
        }
    }
}

extension GPUClockEventTimes {
    fileprivate mutating func set(_ field: UInt32, _ nanoseconds: UInt64?) {
        switch field {
        case 74: powerCapNanoseconds = nanoseconds
        case 75: thermalNanoseconds = nanoseconds
        case 76: syncBoostNanoseconds = nanoseconds
        case 77: boardLimitNanoseconds = nanoseconds
        case 78: lowUtilizationNanoseconds = nanoseconds
        case 79: reliabilityNanoseconds = nanoseconds
        case 81: baseClocksNanoseconds = nanoseconds
        case 269: softwareThermalNanoseconds = nanoseconds
        case 270: hardwareThermalNanoseconds = nanoseconds
        case 271: powerBrakeNanoseconds = nanoseconds
        default: break
        }
    }
}

extension GPUReadingCost {
    fileprivate mutating func add(_ field: cnvml_field_value) {
        // Times of a minute and more for one field are garbage.
        guard (0..<60_000_000).contains(field.latency_us) else { return }
        let microseconds = UInt64(field.latency_us)
        fieldMicroseconds &+= microseconds
        guard microseconds > slowestFieldMicroseconds else { return }
        slowestFieldMicroseconds = microseconds
        slowestField = field.field
    }
}

extension UInt64 {
    /// The same amount in bytes, nil where no counter can be that large.
    fileprivate var kibibytes: UInt64? {
        let (bytes, overflow) = multipliedReportingOverflow(by: 1_024)
        return overflow ? nil : bytes
    }
}
