// SPDX-License-Identifier: Apache-2.0

import Devices
import Exposition
import Glibc
import NVML

/// The names, types, labels and units of dcgm-exporter, for dashboards that were made for it.
///
/// Of its fields only those that the library gives with the same meaning; not the violation times, whose unit differs
/// between its versions, and nothing of its profiling.
struct DCGMNames {
    private static let labels = ["gpu", "UUID", "device", "modelName", "Hostname"]

    private struct Field: Sendable {
        let family: MetricFamily
        let value: @Sendable (GPUReading) -> SampleValue?
    }

    /// The families, for the metric reference.
    static let families = fields.map(\.family) + [xidFamily]

    private static let xidFamily = gauge("XID_ERRORS", "Number of the driver's last error message, 0 for none.")

    private static let fields: [Field] = [
        Field(family: gauge("SM_CLOCK", "Clock of the multiprocessors, in MHz.")) { count($0.clocks.smMegahertz) },
        Field(family: gauge("MEM_CLOCK", "Clock of the memory, in MHz.")) { count($0.clocks.memoryMegahertz) },
        Field(family: gauge("GPU_TEMP", "Temperature of the GPU, in degrees C.")) {
            signed($0.temperatures.gpuCelsius)
        },
        Field(family: gauge("MEMORY_TEMP", "Temperature of the memory, in degrees C.")) {
            signed($0.temperatures.memoryCelsius)
        },
        Field(family: gauge("POWER_USAGE", "Power drawn, in W.")) { milli($0.power.usageMilliwatts) },
        Field(family: gauge("POWER_MGMT_LIMIT", "Limit of the power, in W.")) {
            milli($0.power.limitManagementMilliwatts)
        },
        Field(family: counter("TOTAL_ENERGY_CONSUMPTION", "Energy since the driver was loaded, in mJ.")) {
            $0.power.energyMillijoules.map { .unsigned($0) }
        },
        Field(family: counter("PCIE_REPLAY_COUNTER", "PCIe packets sent again.")) {
            $0.pcie.replays.map { .unsigned($0) }
        },
        Field(family: gauge("GPU_UTIL", "Busy share of the GPU, in %.")) { count($0.utilization.gpuPercent) },
        Field(family: gauge("MEM_COPY_UTIL", "Busy share of the memory, in %.")) {
            count($0.utilization.memoryPercent)
        },
        Field(family: gauge("ENC_UTIL", "Busy share of the encoders, in %.")) { count($0.utilization.encoderPercent) },
        Field(family: gauge("DEC_UTIL", "Busy share of the decoders, in %.")) { count($0.utilization.decoderPercent) },
        Field(family: gauge("FB_TOTAL", "Memory, in MiB.")) { mebibytes($0.memory?.totalBytes) },
        Field(family: gauge("FB_FREE", "Memory not taken, in MiB.")) { mebibytes($0.memory?.freeBytes) },
        Field(family: gauge("FB_USED", "Memory taken, in MiB.")) { mebibytes($0.memory?.usedBytes) },
        Field(family: gauge("FB_RESERVED", "Memory kept by the driver, in MiB.")) {
            mebibytes($0.memory?.reservedBytes)
        },
        Field(family: counter("ECC_SBE_VOL_TOTAL", "Corrected memory errors since the driver was loaded.")) {
            $0.ecc.correctedVolatile.map { .unsigned($0) }
        },
        Field(family: counter("ECC_DBE_VOL_TOTAL", "Uncorrected memory errors since the driver was loaded.")) {
            $0.ecc.uncorrectedVolatile.map { .unsigned($0) }
        },
        Field(family: counter("ECC_SBE_AGG_TOTAL", "Corrected memory errors in the board's life.")) {
            $0.ecc.correctedAggregate.map { .unsigned($0) }
        },
        Field(family: counter("ECC_DBE_AGG_TOTAL", "Uncorrected memory errors in the board's life.")) {
            $0.ecc.uncorrectedAggregate.map { .unsigned($0) }
        },
        Field(family: counter("RETIRED_SBE", "Pages retired for repeated corrected errors.")) {
            $0.retiredPages.singleBit.map { .unsigned($0) }
        },
        Field(family: counter("RETIRED_DBE", "Pages retired for an uncorrected error.")) {
            $0.retiredPages.doubleBit.map { .unsigned($0) }
        },
        Field(family: counter("RETIRED_PENDING", "Whether pages wait to be retired.")) {
            $0.retiredPages.pending.map { .unsigned($0 ? 1 : 0) }
        },
        Field(family: counter("CORRECTABLE_REMAPPED_ROWS", "Rows replaced for corrected errors.")) {
            $0.remappedRows.correctable.map { .unsigned($0) }
        },
        Field(family: counter("UNCORRECTABLE_REMAPPED_ROWS", "Rows replaced for uncorrected errors.")) {
            $0.remappedRows.uncorrectable.map { .unsigned($0) }
        },
        Field(family: gauge("ROW_REMAP_FAILURE", "Whether a row could not be replaced.")) {
            $0.remappedRows.failed.map { .unsigned($0 ? 1 : 0) }
        },
    ]

    private let hostname: String

    init() {
        // Safe: the call fills the buffer, whose last byte stays zero, and keeps no pointer.
        hostname = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 257) { name in
            unsafe name.initialize(repeating: 0)
            guard let start = name.baseAddress, unsafe gethostname(start, 256) == 0 else { return "" }
            return unsafe String(cString: start)
        }
    }

    /// Writes the values of one GPU's cycle.
    func write(
        _ device: NVIDIADevice, _ number: Int, lastXid: UInt64?, into writer: inout MetricWriter<GPUMetric>
    ) {
        let labels = writer.labels {
            $0.add("gpu", number)
            $0.add("UUID", device.identity?.uuid ?? "")
            $0.add("device", device.identity?.minorNumber.map { "nvidia\($0)" } ?? "")
            $0.add("modelName", device.identity?.name ?? "")
            $0.add("Hostname", hostname)
        }
        for field in DCGMNames.fields {
            if let value = field.value(device.reading) { writer.write(writer.family(field.family), labels, value) }
        }
        if let lastXid { writer.write(writer.family(DCGMNames.xidFamily), labels, lastXid) }
    }

    private static func gauge(_ name: String, _ help: String) -> MetricFamily {
        .gauge("DCGM_FI_DEV_" + name, labels, help)
    }

    private static func counter(_ name: String, _ help: String) -> MetricFamily {
        .counter("DCGM_FI_DEV_" + name, labels, help)
    }

    private static func count(_ value: UInt32?) -> SampleValue? { value.map { .unsigned(UInt64($0)) } }

    private static func signed(_ value: Int32?) -> SampleValue? { value.map { .signed(Int64($0)) } }

    private static func milli(_ value: UInt32?) -> SampleValue? { value.map { .decimal(UInt64($0), scale: 3) } }

    private static func mebibytes(_ value: UInt64?) -> SampleValue? { value.map { .unsigned($0 >> 20) } }
}
