// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import KernelFiles
import Testing
import TreeSupport

@testable import Collectors

@Suite struct CPUInfoTests {
    @Test(
        "the frequency of /proc/cpuinfo is shown only beside the cpufreq collector, as in node_exporter",
        arguments: [
            ([:], true), (["collector.cpufreq": ["false"]], false), (["collector.disable-defaults": ["true"]], false),
            (["collector.disable-defaults": ["true"], "collector.cpufreq": ["true"]], true),
        ] as [([String: [String]], Bool)])
    func frequency(given: [String: [String]], isShown: Bool) throws {
        let tree = HostTree()
        tree.write("proc/cpuinfo", "processor : 0\ncpu MHz : 1000.5\n")
        var given = given
        given["collector.cpu.info"] = ["true"]
        let context = CollectorContext(
            roots: Roots(procfs: tree.procfs), options: Options(given: given), sources: Sources(),
            enabled: Registry.enabled(by: Options(given: given)))
        var info = try #require(try CPUInfo(context))
        var reader = KernelFileReader(budget: DescriptorBudget(limit: 4))
        var writer = MetricWriter<CPUCollector.Metric>()
        reader.beginCollection(scrape: 1)
        info.collect(from: &reader, into: &writer)
        #expect(writer.sampleCount == (isShown ? 2 : 1))
    }

    @Test("nothing is read unless somebody asks for it")
    func off() throws {
        let context = CollectorContext(roots: Roots(), options: Options(), sources: Sources())
        let info = try CPUInfo(context)
        #expect(info == nil)
    }
}
