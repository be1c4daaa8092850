// SPDX-License-Identifier: Apache-2.0

import Exposition

/// The families that more than one collector writes.
///
/// Everything else has one owner.
enum SharedFamilies {
    /// The frequency that a CPU runs at: by package and core from /proc/cpuinfo, by CPU alone from cpufreq.
    static let cpuFrequencyHertz = MetricFamily.gauge(
        "node_cpu_frequency_hertz", ["core?", "cpu", "package?"], "Frequency that the CPU runs at, in hertz.")

    /// The names of the owners by the family's name.
    static let owners: [String: [String]] = {
        var owners = [cpuFrequencyHertz.name: ["cpu", "cpufreq"]]
        for family in GPUMetric.families { owners[family.name] = ["amdgpu", "intelgpu", "nvidia"] }
        return owners
    }()
}
