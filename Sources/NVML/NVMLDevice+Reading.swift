// SPDX-License-Identifier: Apache-2.0

import CNVML

/// What stays the same while the library stays initialised, and is asked once.
struct GPUConstants {
    var fanCount: UInt32 = 0
    var clocksMax = GPUClocks()
    var limits = GPUTemperatureLimits()
    var powerLimitDefault: UInt32?
    var powerLimitMin: UInt32?
    var powerLimitMax: UInt32?
    var pcieGenerationMax: UInt32?
    var pcieWidthMax: UInt32?
    var migCapacity: UInt32 = 0
}

extension NVMLDevice {
    /// Reads a whole cycle about this device into `reading`.
    ///
    /// Cost: about thirty calls and one batch of field values. Never a call that sleeps by design (PCIe throughput).
    ///
    /// - Throws: what makes the device or the library unusable, at once and without further calls; also where the
    ///   device answered and not one value came (999 for everything). `reading` is then empty but for its cost.
    public func read(into reading: inout GPUReading, options: GPUReadingOptions = .init()) throws(NVMLError) {
        reading.clear()
        begin()
        readMIGMode(into: &reading)
        readConstants()
        readActivity(into: &reading)
        readTemperatures(into: &reading)
        readPowerAndClocks(into: &reading)
        readState(into: &reading)
        readFields(into: &reading)
        readWhatFieldsLack(into: &reading)
        readLinks(wanted: options.nvlinks, into: &reading)
        readProcesses(wanted: options.processes, into: &reading)
        if options.migInstances, reading.migMode == true { readMIGInstances(into: &reading) }
        let nothing = outcome.lastFailure ?? NVMLError(.noData, call: "nvml")
        if let error = outcome.fault ?? (outcome.answered == 0 ? nothing : nil) {
            let cost = reading.cost
            reading.clear()
            reading.cost = cost
            fill(&reading.cost)
            // A device in the middle of a reset refuses everything: that is not what it supports.
            if outcome.answered == 0 { forgetUnsupported() }
            throw error
        }
        fill(&reading.cost)
    }

    private func fill(_ cost: inout GPUReadingCost) {
        cost.calls = outcome.calls
        cost.lostValues = outcome.lost
        cost.deniedValues = outcome.denied
        cost.lastFailure = outcome.lastFailure
    }

    private func readMIGMode(into reading: inout GPUReading) {
        guard let (current, pending) = pair(CNVML_mig_mode) else { return }
        reading.migMode = current == 1
        reading.migModePending = pending == 1
        // What a device supports changes with the mode, and on Hopper the mode changes without a reset.
        if let lastMIGMode, lastMIGMode != reading.migMode { forgetUnsupported() }
        lastMIGMode = reading.migMode
    }

    private func readConstants() {
        guard constants == nil else { return }
        let lostBefore = outcome.lost
        var found = GPUConstants()
        found.fanCount = min(u32(CNVML_fan_count) ?? (isSupported(CNVML_fan_count) ? 0 : 1), 16)
        found.clocksMax = clocks(CNVML_clock_max)
        found.limits.shutdownCelsius = threshold(0)
        found.limits.slowdownCelsius = threshold(1)
        found.limits.memoryMaxCelsius = threshold(2)
        found.limits.gpuMaxCelsius = threshold(3)
        found.powerLimitDefault = u32(CNVML_power_limit_default)
        if let (min, max) = pair(CNVML_power_limit_range) {
            found.powerLimitMin = Blank.none(min)
            found.powerLimitMax = Blank.none(max)
        }
        found.pcieGenerationMax = u32(CNVML_pcie_generation_max)
        found.pcieWidthMax = u32(CNVML_pcie_width_max)
        found.migCapacity = min(u32(CNVML_mig_capacity) ?? 0, 64)
        if outcome.fault == nil, outcome.lost == lostBefore { constants = found }
    }

    private func readActivity(into reading: inout GPUReading) {
        var rates = cnvml_utilization()
        if ask(CNVML_utilization, { unsafe cnvml_get_utilization($0.pointer, handle, &rates) }) {
            reading.utilization.gpuPercent = Blank.percent(rates.gpu)
            reading.utilization.memoryPercent = Blank.percent(rates.memory)
        }
        reading.utilization.encoderPercent = Blank.percent(pair(CNVML_encoder_utilization)?.0)
        reading.utilization.decoderPercent = Blank.percent(pair(CNVML_decoder_utilization)?.0)
        reading.utilization.jpegPercent = Blank.percent(pair(CNVML_jpeg_utilization)?.0)
        reading.utilization.ofaPercent = Blank.percent(pair(CNVML_ofa_utilization)?.0)
        reading.memory = memory(of: handle)
        var window = cnvml_memory()
        if ask(CNVML_bar1, { unsafe cnvml_get_bar1($0.pointer, handle, &window) }) { reading.bar1 = GPUMemory(window) }
    }

    /// The memory of the device, or of one of its MIG instances.
    func memory(of handle: cnvml_device) -> GPUMemory? {
        var newer = cnvml_memory_v2()
        newer.version = UInt32(CNVML_MEMORY_V2_VERSION)
        let isOwn = handle == self.handle
        if ask(CNVML_memory_v2, remember: isOwn, { unsafe cnvml_get_memory_v2($0.pointer, handle, &newer) }) {
            return GPUMemory(newer)
        }
        guard !isOwn || !isSupported(CNVML_memory_v2) else { return nil }
        var older = cnvml_memory()
        let worked = ask(CNVML_memory, remember: isOwn) { unsafe cnvml_get_memory($0.pointer, handle, &older) }
        return worked ? GPUMemory(older) : nil
    }

    private func readTemperatures(into reading: inout GPUReading) {
        var temperature = cnvml_temperature()
        temperature.version = UInt32(CNVML_TEMPERATURE_VERSION)
        if ask(CNVML_temperature, { unsafe cnvml_get_temperature($0.pointer, handle, &temperature) }) {
            reading.temperatures.gpuCelsius = Blank.celsius(temperature.celsius)
        } else if !isSupported(CNVML_temperature) {
            reading.temperatures.gpuCelsius = Blank.celsius(indexed(CNVML_temperature_of, 0))
        }
        var margin = cnvml_margin_temperature()
        margin.version = UInt32(CNVML_MARGIN_TEMPERATURE_VERSION)
        if ask(CNVML_margin_temperature, { unsafe cnvml_get_margin_temperature($0.pointer, handle, &margin) }) {
            reading.temperatures.marginCelsius = Blank.celsius(margin.celsius)
        }
        reading.temperatures.limits = constants?.limits ?? GPUTemperatureLimits()
        for fan in 0..<(constants?.fanCount ?? 0) {
            var entry = GPUFan(index: fan)
            let speed = indexed(CNVML_fan_speed_of, fan)
            let only = fan == 0 && !isSupported(CNVML_fan_speed_of, of: 0) ? u32(CNVML_fan_speed) : nil
            entry.speedPercent = Blank.percent(speed ?? only, limit: 1_000)
            var measured = cnvml_fan_speed()
            measured.version = UInt32(CNVML_FAN_SPEED_VERSION)
            measured.fan = fan
            if ask(CNVML_fan_rpm, of: fan, { unsafe cnvml_get_fan_rpm($0.pointer, handle, &measured) }) {
                entry.rpm = Blank.none(measured.rpm)
            }
            if entry.speedPercent != nil || entry.rpm != nil { reading.fans.append(entry) }
        }
    }

    private func readPowerAndClocks(into reading: inout GPUReading) {
        reading.power.usageMilliwatts = u32(CNVML_power_usage)
        reading.power.limitEnforcedMilliwatts = u32(CNVML_power_limit_enforced)
        reading.power.limitManagementMilliwatts = u32(CNVML_power_limit_management)
        reading.power.limitDefaultMilliwatts = constants?.powerLimitDefault
        reading.power.limitMinMilliwatts = constants?.powerLimitMin
        reading.power.limitMaxMilliwatts = constants?.powerLimitMax
        reading.clocks = clocks(CNVML_clock)
        reading.clocksMax = constants?.clocksMax ?? GPUClocks()
        reading.clocksApplication = clocks(CNVML_clock_application)
        var reasons = u64(CNVML_clock_event_reasons)
        // The older name of the same call.
        if reasons == nil, !isSupported(CNVML_clock_event_reasons) { reasons = u64(CNVML_clock_throttle_reasons) }
        reading.clockEventReasons = reasons.map(GPUClockEventReasons.init(rawValue:))
    }

    private func readState(into reading: inout GPUReading) {
        // 32 is the library's "unknown".
        reading.performanceState = u32(CNVML_performance_state).flatMap { $0 < 16 ? $0 : nil }
        reading.computeMode = u32(CNVML_compute_mode)
        reading.persistenceMode = u32(CNVML_persistence_mode).map { $0 != 0 }
        reading.pcie.generation = u32(CNVML_pcie_generation)
        reading.pcie.width = u32(CNVML_pcie_width)
        reading.pcie.generationMax = constants?.pcieGenerationMax
        reading.pcie.widthMax = constants?.pcieWidthMax
        if let (current, pending) = pair(CNVML_ecc_mode) {
            reading.ecc.enabled = current == 1
            reading.ecc.enabledPending = pending == 1
        }
        reading.fabric = fabric()
    }

    private func fabric() -> GPUFabric? {
        var newer = cnvml_fabric_v2()
        newer.version = UInt32(CNVML_FABRIC_V2_VERSION)
        if ask(CNVML_fabric_v2, { unsafe cnvml_get_fabric_v2($0.pointer, handle, &newer) }) {
            let status = NVMLReturn(rawValue: newer.status)
            return GPUFabric(
                state: UInt32(newer.state), status: status, clique: newer.clique, healthMask: newer.health_mask)
        }
        var older = cnvml_fabric()
        guard !isSupported(CNVML_fabric_v2), ask(CNVML_fabric, { unsafe cnvml_get_fabric($0.pointer, handle, &older) })
        else {
            return nil
        }
        let status = NVMLReturn(rawValue: older.status)
        return GPUFabric(state: UInt32(older.state), status: status, clique: older.clique)
    }

    private func clocks(_ query: cnvml_query) -> GPUClocks {
        GPUClocks(
            graphicsMegahertz: indexed(query, 0), smMegahertz: indexed(query, 1), memoryMegahertz: indexed(query, 2),
            videoMegahertz: indexed(query, 3))
    }

    private func threshold(_ number: UInt32) -> Int32? {
        // 0 is what some drivers say for "no such limit".
        Blank.celsius(indexed(CNVML_temperature_threshold, number)).flatMap { $0 == 0 ? nil : $0 }
    }
}

extension GPUMemory {
    /// Nil where the numbers are blanks or contradict each other, and where all are 0, as GPUs say that use the memory of
    /// the host.
    init?(_ memory: cnvml_memory) {
        guard let total = Blank.none(memory.total), total > 0, let used = Blank.none(memory.used),
            let free = Blank.none(memory.free), used <= total, free <= total
        else { return nil }
        self.init(totalBytes: total, usedBytes: used, freeBytes: free)
    }

    /// Nil where the numbers are blanks or contradict each other.
    init?(_ memory: cnvml_memory_v2) {
        self.init(cnvml_memory(total: memory.total, free: memory.free, used: memory.used))
        reservedBytes = memory.reserved <= memory.total ? memory.reserved : nil
    }
}
