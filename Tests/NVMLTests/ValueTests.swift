// SPDX-License-Identifier: Apache-2.0

import FakeNVMLSupport
import Testing

@testable import NVML

@Suite(.enabled(if: FakeLibrary.whyNot == nil, "needs a C compiler for the fake libnvidia-ml"))
struct ValueTests {
    @Test("values that cannot be are absent")
    func garbage() throws {
        let fake = try FakeLibrary(
            """
            gpu 0 set UtilizationRates 4294967295 101
            gpu 0 set EncoderUtilization 4294967295 4294967295
            gpu 0 set Temperature -2147483648
            gpu 0 set PowerUsage 4294967295
            gpu 0 set PerformanceState 32
            gpu 0 set MemoryInfo 100 50 200 0
            gpu 0 set BAR1MemoryInfo 0xFFFFFFFFFFFFFFFF 0 0
            gpu 0 set ClockInfo 4294967295 345 3201 765
            gpu 0 field 83 0x7FFFFFFFFFFFFFF0 u64
            gpu 0 field 82 0x7FFFFFF0 u32
            gpu 0 field 185 -1 s64
            gpu 0 field 186 nan double
            gpu 0 field 138 0xFFFFFFFFFFFFFF0 u64
            gpu 0 unset TotalEnergyConsumption
            """)
        let reading = try NVMLLibrary.ready(fake).device(index: 0).read()
        #expect(reading.utilization.gpuPercent == nil)
        #expect(reading.utilization.memoryPercent == nil)
        #expect(reading.utilization.encoderPercent == nil)
        #expect(reading.temperatures.gpuCelsius == nil)
        #expect(reading.temperatures.memoryCelsius == nil)
        #expect(reading.power.usageMilliwatts == nil)
        #expect(reading.power.averageMilliwatts == nil)
        #expect(reading.power.instantMilliwatts == nil)
        #expect(reading.power.energyMillijoules == nil)
        #expect(reading.performanceState == nil)
        #expect(reading.memory == nil)
        #expect(reading.bar1 == nil)
        #expect(reading.clocks.graphicsMegahertz == nil)
        #expect(reading.clocks.smMegahertz == 345)
        #expect(reading.nvlinkTransmittedBytes == nil)
    }

    @Test("a memory of which all figures are 0 is none")
    func noMemory() throws {
        let fake = try FakeLibrary("gpu 0 set MemoryInfo 0 0 0 0\ngpu 0 set BAR1MemoryInfo 0 0 0\n")
        let reading = try NVMLLibrary.ready(fake).device(index: 0).read()
        #expect(reading.memory == nil && reading.bar1 == nil)
        #expect(reading.cost.lostValues == 0)
    }

    @Test("a temperature below zero is one")
    func cold() throws {
        let fake = try FakeLibrary("gpu 0 set Temperature -5\n")
        #expect(try NVMLLibrary.ready(fake).device(index: 0).read().temperatures.gpuCelsius == -5)
    }

    @Test("a field is read by its declared type")
    func fieldTypes() throws {
        let fake = try FakeLibrary(
            """
            gpu 0 field 83 123456.9 double
            gpu 0 field 94 65535 u16
            gpu 0 field 82 -7 s32
            gpu 0 field 185 250000 s64
            gpu 0 field 186 250001 ulong
            """)
        let reading = try NVMLLibrary.ready(fake).device(index: 0).read()
        #expect(reading.power.energyMillijoules == 123_456)
        #expect(reading.pcie.replays == 65_535)
        #expect(reading.temperatures.memoryCelsius == -7)
        #expect(reading.power.averageMilliwatts == 250_000)
        #expect(reading.power.instantMilliwatts == 250_001)
    }

    @Test("names come whole whatever bytes they have")
    func names() throws {
        let long = String(repeating: "x", count: 96)
        let fake = try FakeLibrary(
            """
            gpus 4
            gpu 0 text Name "NVIDIA \\xff\\xfe card"
            gpu 1 text Name "a \\"quoted\\"\\nname"
            gpu 2 text Name "\(long)"
            gpu 2 text Serial "\(String(repeating: "9", count: 30))"
            gpu 3 text Name ""
            """)
        let library = try NVMLLibrary.ready(fake)
        #expect(try library.device(index: 0).identity().name == "NVIDIA \u{FFFD}\u{FFFD} card")
        #expect(try library.device(index: 1).identity().name == "a \"quoted\"\nname")
        let unterminated = try library.device(index: 2).identity()
        #expect(unterminated.name == long)
        #expect(unterminated.serial == String(repeating: "9", count: 30))
        #expect(try library.device(index: 3).identity().name == nil)
    }

    @Test("a process list grows with what there is, and the room stays")
    func growth() throws {
        let fake = try FakeLibrary("gpu 0 process compute 1000 4096 times 500\ngpu 0 process graphics 7 unknown\n")
        let library = try NVMLLibrary.ready(fake)
        let device = try library.device(index: 0)
        var options = GPUReadingOptions()
        options.processes = true
        var reading = try device.read(options)
        #expect(reading.processCounts.compute == 500)
        #expect(reading.processes.count == 501)
        #expect(reading.processes.last?.kind == .graphics)
        #expect(reading.processes.last?.usedMemoryBytes == nil)
        #expect(reading.processes.last?.gpuInstance == nil)
        #expect(fake.calls("DeviceGetComputeRunningProcesses_v3") == 2)
        try device.read(into: &reading)
        #expect(fake.calls("DeviceGetComputeRunningProcesses_v3") == 3)
        #expect(reading.processes.isEmpty, "not asked for")
        #expect(reading.processCounts.compute == 500)
    }

    @Test("a list that is always too small is given up after three tries")
    func endlessGrowth() throws {
        let fake = try FakeLibrary("call DeviceGetComputeRunningProcesses_v3 return 7\n")
        let device = try NVMLLibrary.ready(fake).device(index: 0)
        let reading = try device.read()
        #expect(reading.processCounts.compute == nil)
        #expect(reading.processCounts.graphics == 0)
        #expect(fake.calls("DeviceGetComputeRunningProcesses_v3") == 3)
        #expect(reading.cost.lostValues == 1)
    }

    @Test("process names are the driver's bytes, and nil for who has gone")
    func processNames() throws {
        let fake = try FakeLibrary("process_name 5 \"/opt/a \\\"b\\\"\\xff\"\n")
        let library = try NVMLLibrary.ready(fake)
        #expect(library.processName(pid: 5) == "/opt/a \"b\"\u{FFFD}")
        #expect(library.processName(pid: 6) == nil)
    }

    @Test("the slowest field of the batches is told")
    func cost() throws {
        let fake = try FakeLibrary("gpu 0 field 142 latency 12345\n")
        let reading = try NVMLLibrary.ready(fake).device(index: 0).read()
        #expect(reading.cost.slowestField == 142)
        #expect(reading.cost.slowestFieldMicroseconds == 12_345)
        #expect(reading.cost.fieldMicroseconds > 12_345)
    }

    @Test("the version of a library stands in the name of its file, where the name has one")
    func fileVersion() {
        #expect(NVMLLibrary.version(inFileName: "/usr/lib/libnvidia-ml.so.580.65.06") == "580.65.06")
        #expect(NVMLLibrary.version(inFileName: "/opt/a.so.5.5/libnvidia-ml.so.1") == nil)
        #expect(NVMLLibrary.version(inFileName: "/usr/lib/libnvidia-ml.so") == nil)
        #expect(NVMLLibrary.version(inFileName: "/usr/lib/libnvidia-ml.so.1.bak") == nil)
    }

    @Test("codes have names, and numbers that nobody knows too")
    func codeNames() {
        #expect(NVMLReturn(rawValue: 15).name == "gpu_is_lost")
        #expect(NVMLReturn(rawValue: 4_711).name == "code_4711")
        #expect("\(NVMLReturn.driverMismatch)" == "driver_mismatch (18)")
    }
}
