// SPDX-License-Identifier: Apache-2.0

import FakeNVMLSupport
import Testing

@testable import NVML

@Suite(.enabled(if: FakeLibrary.whyNot == nil, "needs a C compiler for the fake libnvidia-ml"))
struct DeviceTests {
    @Test("eight data centre GPUs give every value of a reading")
    func eightH200() throws {
        let fake = try FakeLibrary("profile h200\ngpus 8\ngpu 3 set UtilizationRates 97 55\n")
        let library = try NVMLLibrary.ready(fake)
        #expect(try library.deviceCount() == 8)
        #expect(try library.driverVersion() == "590.48.01")
        #expect(try library.nvmlVersion() == "13.590.48.01")
        #expect(try library.cudaVersion().map { [$0.major, $0.minor] } == [13, 1])
        for index in 0..<8 {
            let device = try library.device(index: index)
            let identity = try device.identity()
            #expect(identity.index == UInt32(index))
            #expect(identity.name == "NVIDIA H200")
            #expect(identity.uuid?.hasPrefix("GPU-200a000\(index)-") == true)
            let reading = try device.read()
            #expect(reading.utilization.gpuPercent == (index == 3 ? 97 : 37))
            expectEverything(in: reading)
        }
        #expect(library.unload())
    }

    private func expectEverything(in reading: GPUReading) {
        #expect(reading.memory?.totalBytes == 150_754_820_096)
        #expect(reading.memory?.reservedBytes == 637_599_744)
        #expect(reading.bar1?.usedBytes == 1_048_576)
        #expect(reading.temperatures.gpuCelsius == 34)
        #expect(reading.temperatures.memoryCelsius == 41)
        #expect(reading.temperatures.marginCelsius == 54)
        #expect(reading.temperatures.limits.slowdownCelsius == 90)
        #expect(reading.temperatures.marginLimits.shutdownCelsius == -8)
        #expect(reading.fans.isEmpty)
        #expect(reading.power.usageMilliwatts == 119_900)
        #expect(reading.power.averageMilliwatts == 120_500)
        #expect(reading.power.instantMilliwatts == 118_250)
        #expect(reading.power.limitMinMilliwatts == 200_000)
        #expect(reading.power.energyMillijoules == 9_876_543_210)
        #expect(reading.clocks.memoryMegahertz == 3_201)
        #expect(reading.clocksMax.smMegahertz == 1_980)
        #expect(reading.clocksApplication.smMegahertz == nil, "withdrawn by this driver")
        #expect(reading.clockEventReasons == GPUClockEventReasons(rawValue: 1))
        #expect(reading.clockEventTimes.powerCapNanoseconds == 74_000_000)
        #expect(reading.clockEventTimes.powerBrakeNanoseconds == 271_000_000)
        #expect(reading.performanceState == 0)
        #expect(reading.persistenceMode == true)
        #expect(reading.pcie.generation == 5)
        #expect(reading.pcie.replays == 3)
        #expect(reading.pcie.transmittedBytes == 123_456_789_012)
        #expect(reading.ecc.enabled == true)
        #expect(reading.ecc.correctedAggregate == 7)
        #expect(reading.remappedRows.correctable == 1)
        #expect(reading.remappedRows.failed == false)
        #expect(reading.retiredPages.singleBit == nil)
        #expect(reading.nvlinkCount == 18)
        #expect(reading.nvlinkReceivedBytes == UInt64(36_000 * 1_024))
        #expect(reading.recoveryAction == 0)
        #expect(reading.migMode == false)
        #expect(reading.fabric?.state == 3)
        #expect(reading.fabric?.healthMask == 0x55)
        #expect(reading.processCounts.compute == 0)
        #expect(reading.cost.fieldMicroseconds > 0)
        #expect(reading.cost.lostValues == 0)
    }

    @Test("a consumer card lacks what it has not, and none of that is asked a second time")
    func geforce() throws {
        let fake = try FakeLibrary("profile geforce\n")
        let library = try NVMLLibrary.ready(fake)
        let device = try library.device(at: "0000:1b:00.0")
        let identity = try device.identity()
        #expect(identity.serial == nil)
        #expect(identity.computeCapabilityMinor == 9)
        var reading = try device.read()
        #expect(reading.temperatures.memoryCelsius == nil)
        #expect(reading.temperatures.limits.memoryMaxCelsius == nil, "0 degrees is no limit")
        #expect(reading.ecc.enabled == nil)
        #expect(reading.ecc.correctedVolatile == nil)
        #expect(reading.migMode == nil)
        #expect(reading.nvlinkCount == nil)
        #expect(
            reading.fans == [
                GPUFan(index: 0, speedPercent: 30, rpm: 1_100), GPUFan(index: 1, speedPercent: 31, rpm: 1_120),
            ])
        #expect(reading.cost.lostValues == 0)
        let first = reading.cost.calls
        fake.resetCalls()
        try device.read(into: &reading)
        #expect(reading.cost.calls < first)
        #expect(fake.calls("DeviceGetEccMode") == 0)
        #expect(fake.calls("DeviceGetMaxClockInfo") == 0, "highest clocks are asked once")
        #expect(fake.calls("DeviceGetFieldValues") == 1)
        #expect(fake.calls() == UInt64(reading.cost.calls))
        library.shutDown()
        #expect(fake.abuses == 0)
    }

    @Test("an old driver without half the symbols is read by older calls")
    func oldDriver() throws {
        let fake = try FakeLibrary(driver: 470, "profile h200\ngpu 0 process compute 12 4096\n")
        let library = try NVMLLibrary.ready(fake)
        let device = try library.device(at: "0000:1b:00.0")
        var options = GPUReadingOptions()
        options.processes = true
        let reading = try device.read(options)
        #expect(reading.memory?.usedBytes == UInt64(183_435_264 + 637_599_744))
        #expect(reading.memory?.reservedBytes == nil)
        #expect(reading.temperatures.gpuCelsius == 34)
        #expect(reading.temperatures.marginCelsius == nil)
        #expect(reading.clockEventReasons?.rawValue == 1)
        #expect(reading.recoveryAction == nil)
        #expect(reading.power.instantMilliwatts == nil)
        #expect(reading.fabric == nil)
        #expect(reading.processes.map(\.pid) == [12])
        #expect(reading.cost.lostValues == 0)
        #expect(!library.hasGPM)
        #expect(failure { _ = try NVMLGPMSampler(device: device) } == .symbolMissing)
        #expect(try device.identity().gspFirmwareVersion == nil)
    }

    @Test("a driver that cannot look up by address is walked")
    func walk() throws {
        let fake = try FakeLibrary(driver: 450, "profile h200\ngpus 4\ngpu 0 state lost\n")
        let library = try NVMLLibrary.ready(fake)
        #expect(try library.device(at: "0000:3b:00.0").identity().index == 2)
        #expect(failure { _ = try library.device(at: "0000:1b:00.0") } == .gpuIsLost)
    }

    @Test("links are read in one more call, each with its own values")
    func links() throws {
        let fake = try FakeLibrary("gpu 0 link 5 field 165 0 u32\ngpu 0 link 5 field 163 12 u32\n")
        let library = try NVMLLibrary.ready(fake)
        let device = try library.device(index: 0)
        var options = GPUReadingOptions()
        options.nvlinks = true
        let reading = try device.read(options)
        #expect(reading.nvlinks.count == 18)
        #expect(reading.nvlinks[4].isUp == true)
        #expect(reading.nvlinks[4].transmittedBytes == 1_024_000)
        #expect(reading.nvlinks[5].isUp == false)
        #expect(reading.nvlinks[5].crcErrors == 12)
        #expect(fake.calls("DeviceGetFieldValues") == 2)
    }

    @Test("a device that is not opened is never asked anything")
    func untouched() throws {
        let fake = try FakeLibrary("profile h200\ngpus 2\n")
        let library = try NVMLLibrary.ready(fake)
        _ = try library.device(at: "0000:1b:00.0").read()
        #expect(fake.calls(gpu: 0) > 20)
        #expect(fake.calls(gpu: 1) == 0)
    }

    @Test("a refused structure leads to the older one, once and for all")
    func versionMismatch() throws {
        let fake = try FakeLibrary(
            """
            call DeviceGetMemoryInfo_v2 return 25
            call DeviceGetTemperatureV return 25
            call DeviceGetGpuFabricInfoV return 25
            call DeviceGetComputeRunningProcesses_v3 return 25
            call DeviceGetComputeRunningProcesses_v2 return 25
            gpu 0 process compute 5 1024
            gpu 0 process compute 6 2048
            """)
        let library = try NVMLLibrary.ready(fake)
        let device = try library.device(index: 0)
        var options = GPUReadingOptions()
        options.processes = true
        _ = try device.read(options)
        let reading = try device.read(options)
        #expect(reading.memory?.totalBytes == 150_754_820_096)
        #expect(reading.temperatures.gpuCelsius == 34)
        #expect(reading.fabric?.state == 3)
        #expect(reading.fabric?.healthMask == nil)
        #expect(reading.processes.map(\.usedMemoryBytes) == [1_024, 2_048])
        #expect(fake.calls("DeviceGetMemoryInfo_v2") == 1)
        #expect(reading.cost.lostValues == 0)
    }
}
