// SPDX-License-Identifier: Apache-2.0

import Devices
import Exposition
import NVML

/// Writes the values of one GPU's cycle.
struct GPUValues {
    let device: NVIDIADevice
    let gpu: Labels

    func write(into writer: inout MetricWriter<GPUMetric>) {
        writeUse(device.reading, into: &writer)
        writeHeat(device.reading, into: &writer)
        writePower(device.reading.power, into: &writer)
        writeClocks(device.reading, into: &writer)
        writeModes(device.reading, into: &writer)
        writePCIe(device.reading.pcie, into: &writer)
        writeErrors(device.reading, into: &writer)
        writeLinks(device.reading, into: &writer)
        writeProcesses(device.reading.processCounts, into: &writer)
        if device.reading.migMode == true { writeInstances(device.reading, into: &writer) }
    }

    // MARK: Parts

    private func writeUse(_ reading: GPUReading, into writer: inout MetricWriter<GPUMetric>) {
        let use = reading.utilization
        put(.utilization, ("engine", "gpu"), hundredths(use.gpuPercent), &writer)
        put(.utilization, ("engine", "memory"), hundredths(use.memoryPercent), &writer)
        put(.utilization, ("engine", "encoder"), hundredths(use.encoderPercent), &writer)
        put(.utilization, ("engine", "decoder"), hundredths(use.decoderPercent), &writer)
        put(.utilization, ("engine", "jpeg"), hundredths(use.jpegPercent), &writer)
        put(.utilization, ("engine", "ofa"), hundredths(use.ofaPercent), &writer)
        if let gpm = device.gpm { writeProfile(gpm, .utilization, gpu, into: &writer) }
        if let memory = reading.memory {
            put(.memoryTotal, memory.totalBytes, &writer)
            put(.memory, ("state", "used"), memory.usedBytes, &writer)
            put(.memory, ("state", "free"), memory.freeBytes, &writer)
            put(.memory, ("state", "reserved"), memory.reservedBytes, &writer)
        }
        if let window = reading.bar1 {
            put(.bar1, ("state", "used"), window.usedBytes, &writer)
            put(.bar1, ("state", "free"), window.freeBytes, &writer)
        }
    }

    private func writeProfile(
        _ gpm: GPMReading, _ metric: GPUMetric, _ labels: Labels, into writer: inout MetricWriter<GPUMetric>
    ) {
        func put(_ engine: StaticString, _ percent: Double?) {
            guard let percent else { return }
            writer.write(metric, labels, extra: ("engine", engine), percent / 100)
        }
        put("graphics", gpm.graphicsPercent)
        put("sm", gpm.smPercent)
        put("sm_occupancy", gpm.smOccupancyPercent)
        put("tensor", gpm.tensorPercent)
        put("dram", gpm.dramPercent)
        put("fp64", gpm.fp64Percent)
        put("fp32", gpm.fp32Percent)
        put("fp16", gpm.fp16Percent)
    }

    private func writeHeat(_ reading: GPUReading, into writer: inout MetricWriter<GPUMetric>) {
        let heat = reading.temperatures
        put(.temperature, ("sensor", "gpu"), celsius(heat.gpuCelsius), &writer)
        put(.temperature, ("sensor", "memory"), celsius(heat.memoryCelsius), &writer)
        put(.temperatureLimit, ("limit", "shutdown"), celsius(heat.limits.shutdownCelsius), &writer)
        put(.temperatureLimit, ("limit", "slowdown"), celsius(heat.limits.slowdownCelsius), &writer)
        put(.temperatureLimit, ("limit", "memory_max"), celsius(heat.limits.memoryMaxCelsius), &writer)
        put(.temperatureLimit, ("limit", "gpu_max"), celsius(heat.limits.gpuMaxCelsius), &writer)
        for fan in reading.fans {
            let labels = writer.labels(gpu) { $0.add("fan", Int(fan.index)) }
            if let percent = hundredths(fan.speedPercent) { writer.write(GPUMetric.fanSpeed, labels, percent) }
            if let rpm = fan.rpm { writer.write(GPUMetric.fanRPM, labels, rpm) }
        }
    }

    private func writePower(_ power: GPUPower, into writer: inout MetricWriter<GPUMetric>) {
        put(.power, ("window", "usage"), thousandths(power.usageMilliwatts), &writer)
        put(.power, ("window", "average"), thousandths(power.averageMilliwatts), &writer)
        put(.power, ("window", "instant"), thousandths(power.instantMilliwatts), &writer)
        put(.powerLimit, ("limit", "enforced"), thousandths(power.limitEnforcedMilliwatts), &writer)
        put(.powerLimit, ("limit", "management"), thousandths(power.limitManagementMilliwatts), &writer)
        put(.powerLimit, ("limit", "default"), thousandths(power.limitDefaultMilliwatts), &writer)
        put(.powerLimit, ("limit", "min"), thousandths(power.limitMinMilliwatts), &writer)
        put(.powerLimit, ("limit", "max"), thousandths(power.limitMaxMilliwatts), &writer)
        put(.energy, power.energyMillijoules.map { SampleValue.decimal($0, scale: 3) }, &writer)
    }

    private func writeClocks(_ reading: GPUReading, into writer: inout MetricWriter<GPUMetric>) {
        let kinds: [3 of (StaticString, GPUClocks)] = [
            ("current", reading.clocks), ("max", reading.clocksMax), ("application", reading.clocksApplication),
        ]
        for index in kinds.indices {
            let (kind, clocks) = kinds[index]
            let labels = writer.labels(gpu) { $0.add("kind", kind) }
            func put(_ domain: StaticString, _ megahertz: UInt32?) {
                guard let megahertz else { return }
                writer.write(GPUMetric.clock, labels, extra: ("domain", domain), UInt64(megahertz) &* 1_000_000)
            }
            put("graphics", clocks.graphicsMegahertz)
            put("sm", clocks.smMegahertz)
            put("memory", clocks.memoryMegahertz)
            put("video", clocks.videoMegahertz)
        }
        if let reasons = reading.clockEventReasons {
            for (reason, name) in GPUClockEventReasons.named {
                let labels = writer.labels(gpu) { $0.add("reason", name) }
                writer.write(GPUMetric.clockEventActive, labels, reasons.contains(reason))
            }
        }
        let times = reading.clockEventTimes
        put(.clockEventSeconds, ("reason", "sw_power_cap"), seconds(times.powerCapNanoseconds), &writer)
        put(.clockEventSeconds, ("reason", "thermal"), seconds(times.thermalNanoseconds), &writer)
        put(.clockEventSeconds, ("reason", "sync_boost"), seconds(times.syncBoostNanoseconds), &writer)
        put(.clockEventSeconds, ("reason", "board_limit"), seconds(times.boardLimitNanoseconds), &writer)
        put(.clockEventSeconds, ("reason", "low_utilization"), seconds(times.lowUtilizationNanoseconds), &writer)
        put(.clockEventSeconds, ("reason", "reliability"), seconds(times.reliabilityNanoseconds), &writer)
        put(.clockEventSeconds, ("reason", "base_clocks"), seconds(times.baseClocksNanoseconds), &writer)
        put(.clockEventSeconds, ("reason", "sw_thermal"), seconds(times.softwareThermalNanoseconds), &writer)
        put(.clockEventSeconds, ("reason", "hw_thermal"), seconds(times.hardwareThermalNanoseconds), &writer)
        put(.clockEventSeconds, ("reason", "hw_power_brake"), seconds(times.powerBrakeNanoseconds), &writer)
    }

    private func writeModes(_ reading: GPUReading, into writer: inout MetricWriter<GPUMetric>) {
        put(.performanceState, reading.performanceState, &writer)
        if let mode = reading.computeMode {
            put(.computeMode, ("mode", GPUWords.computeMode(mode)), true, &writer)
        }
        put(.persistenceMode, reading.persistenceMode, &writer)
        put(.migMode, reading.migMode, &writer)
        if let action = reading.recoveryAction {
            put(.recoveryAction, ("action", GPUWords.recoveryAction(action)), true, &writer)
        }
        if let fabric = reading.fabric {
            put(.fabricState, ("state", GPUWords.fabricState(fabric.state)), true, &writer)
        }
    }

    private func writePCIe(_ pcie: GPUPCIe, into writer: inout MetricWriter<GPUMetric>) {
        put(.pcieGeneration, pcie.generation, &writer)
        put(.pcieGenerationMax, pcie.generationMax, &writer)
        put(.pcieWidth, pcie.width, &writer)
        put(.pcieWidthMax, pcie.widthMax, &writer)
        put(.pcieReplays, pcie.replays, &writer)
        put(.pcieBytes, ("direction", "transmitted"), pcie.transmittedBytes, &writer)
        put(.pcieBytes, ("direction", "received"), pcie.receivedBytes, &writer)
    }

    private func writeErrors(_ reading: GPUReading, into writer: inout MetricWriter<GPUMetric>) {
        let ecc = reading.ecc
        put(.eccEnabled, ecc.enabled, &writer)
        func count(_ type: StaticString, _ window: StaticString, _ value: UInt64?) {
            guard let value else { return }
            let labels = writer.labels(gpu) {
                $0.add("type", type)
                $0.add("window", window)
            }
            writer.write(GPUMetric.eccErrors, labels, value)
        }
        count("corrected", "volatile", ecc.correctedVolatile)
        count("uncorrected", "volatile", ecc.uncorrectedVolatile)
        count("corrected", "aggregate", ecc.correctedAggregate)
        count("uncorrected", "aggregate", ecc.uncorrectedAggregate)
        put(.retiredPages, ("cause", "single_bit"), reading.retiredPages.singleBit, &writer)
        put(.retiredPages, ("cause", "double_bit"), reading.retiredPages.doubleBit, &writer)
        put(.retiredPagesPending, reading.retiredPages.pending, &writer)
        put(.remappedRows, ("cause", "correctable"), reading.remappedRows.correctable, &writer)
        put(.remappedRows, ("cause", "uncorrectable"), reading.remappedRows.uncorrectable, &writer)
        put(.remappedRowsPending, reading.remappedRows.pending, &writer)
        put(.remapFailure, reading.remappedRows.failed, &writer)
    }

    private func writeProcesses(_ counts: GPUProcessCounts, into writer: inout MetricWriter<GPUMetric>) {
        put(.processes, ("type", "compute"), counts.compute, &writer)
        put(.processes, ("type", "graphics"), counts.graphics, &writer)
        put(.processes, ("type", "mps"), counts.mps, &writer)
        for process in device.processes {
            let labels = writer.labels(gpu) {
                $0.add("pid", Int(process.pid))
                $0.add("process", process.name)
            }
            writer.write(GPUMetric.processMemory, labels, process.usedMemoryBytes)
        }
    }

    // MARK: Links and instances

    private func writeLinks(_ reading: GPUReading, into writer: inout MetricWriter<GPUMetric>) {
        guard !reading.nvlinks.isEmpty else {
            let labels = writer.labels(gpu) { $0.add("link", "all" as StaticString) }
            if let sent = reading.nvlinkTransmittedBytes {
                writer.write(GPUMetric.nvlinkBytes, labels, extra: ("direction", "transmitted"), sent)
            }
            if let received = reading.nvlinkReceivedBytes {
                writer.write(GPUMetric.nvlinkBytes, labels, extra: ("direction", "received"), received)
            }
            return
        }
        for link in reading.nvlinks {
            let labels = writer.labels(gpu) { $0.add("link", Int(link.link)) }
            func put(_ metric: GPUMetric, _ name: StaticString, _ word: StaticString, _ value: UInt64?) {
                if let value { writer.write(metric, labels, extra: (name, word), value) }
            }
            if let isUp = link.isUp { writer.write(GPUMetric.nvlinkUp, labels, isUp) }
            put(.nvlinkBytes, "direction", "transmitted", link.transmittedBytes)
            put(.nvlinkBytes, "direction", "received", link.receivedBytes)
            put(.nvlinkErrors, "type", "replay", link.replayErrors)
            put(.nvlinkErrors, "type", "recovery", link.recoveryErrors)
            put(.nvlinkErrors, "type", "crc", link.crcErrors)
        }
    }

    private func writeInstances(_ reading: GPUReading, into writer: inout MetricWriter<GPUMetric>) {
        for instance in reading.migInstances {
            let labels = writer.labels(gpu) {
                $0.add("mig", Int(instance.index))
                $0.add("gpu_instance", instance.gpuInstance.map { String($0) } ?? "")
                $0.add("compute_instance", instance.computeInstance.map { String($0) } ?? "")
            }
            let info = writer.labels(labels) {
                $0.add("uuid", instance.uuid ?? "")
                $0.add("name", instance.name ?? "")
            }
            writer.write(GPUMetric.migInfo, info, 1)
            if let gpm = instance.gpuInstance.flatMap({ device.instanceGPM[$0] }) {
                writeProfile(gpm, .migUtilization, labels, into: &writer)
            }
            guard let memory = instance.memory else { continue }
            writer.write(GPUMetric.migMemory, labels, extra: ("state", "used"), memory.usedBytes)
            writer.write(GPUMetric.migMemory, labels, extra: ("state", "free"), memory.freeBytes)
            if let reserved = memory.reservedBytes {
                writer.write(GPUMetric.migMemory, labels, extra: ("state", "reserved"), reserved)
            }
        }
    }

    // MARK: Writing what is known

    private func put(_ metric: GPUMetric, _ value: (some SampleNumber)?, _ writer: inout MetricWriter<GPUMetric>) {
        if let value { writer.write(metric, gpu, value) }
    }

    private func put(
        _ metric: GPUMetric, _ label: (name: StaticString, value: StaticString), _ value: (some SampleNumber)?,
        _ writer: inout MetricWriter<GPUMetric>
    ) {
        if let value { writer.write(metric, gpu, extra: label, value) }
    }

    private func hundredths(_ percent: UInt32?) -> SampleValue? {
        percent.map { .decimal(UInt64($0), scale: 2) }
    }

    private func thousandths(_ milli: UInt32?) -> SampleValue? {
        milli.map { .decimal(UInt64($0), scale: 3) }
    }

    private func seconds(_ nanoseconds: UInt64?) -> SampleValue? {
        nanoseconds.map { .decimal($0, scale: 9) }
    }

    private func celsius(_ value: Int32?) -> SampleValue? {
        value.map { .signed(Int64($0)) }
    }
}
