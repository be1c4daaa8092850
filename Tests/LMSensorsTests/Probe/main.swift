// SPDX-License-Identifier: Apache-2.0
//
// Prints what LMSensors sees, for tests that put another tree in place of /sys: libsensors knows no other path, so it
// must be another process in a mount namespace of its own.
//
//     lmsensors-probe CONFIGURATION|- [ROUNDS]

import Glibc
import LMSensors

func describe(_ feature: SensorFeature, _ reading: SensorReading) -> String {
    var line = "feature \(feature.name) [\(feature.label)] \(feature.kind.rawValue)"
    if let value = reading.value { line += " \(value)" }
    for limit in reading.limits { line += " \(limit.kind.rawValue)=\(limit.value)" }
    for alarm in reading.alarms { line += " !\(alarm.kind.rawValue)=\(alarm.isRaised)" }
    if let error = reading.firstError { line += " lost=\(reading.lostAttributes) \(error)" }
    return line
}

func show(_ configuration: String?) {
    do throws(SensorsError) {
        let library = try SensorsLibrary(configurationPath: configuration)
        for problem in library.configurationProblems { print("problem \(problem)") }
        for chip in library.chips {
            print("chip \(chip.name) \(chip.path) \(chip.devicePath)")
            for feature in chip.features { print(describe(feature, library.read(feature))) }
        }
        do throws(SensorsError) {
            _ = try SensorsLibrary(configurationPath: configuration)
            print("a second library was opened")
        } catch {
            print("second: \(error)")
        }
    } catch {
        print("error \(error)")
    }
}

func openDescriptors() -> Int {
    guard let directory = opendir("/proc/self/fd") else { return -1 }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count
}

/// Opens, reads and closes again and again and tells what that left behind.
func repeatRounds(_ count: Int, _ configuration: String?) {
    func round() {
        do throws(SensorsError) {
            let library = try SensorsLibrary(configurationPath: configuration)
            for feature in library.chips.flatMap(\.features) { _ = library.read(feature) }
        } catch {
            print("error \(error)")
        }
    }
    for _ in 0..<10 { round() }
    let descriptors = openDescriptors()
    var before = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &before)
    for _ in 0..<count { round() }
    var after = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &after)
    print("descriptors \(openDescriptors() - descriptors)")
    // A sanitizer holds back what is freed.
    let keepsFreedMemory = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil
    let kilobytes = keepsFreedMemory ? 0 : after.ru_maxrss - before.ru_maxrss
    print("grown \(kilobytes > 1024 ? "by \(kilobytes) kB" : "not")")
}

let arguments = CommandLine.arguments
let configuration = arguments.count > 1 && arguments[1] != "-" ? arguments[1] : nil
print("token \(SensorsLibrary.changeToken() == nil ? "none" : "some")")
if arguments.count > 2, let rounds = Int(arguments[2]) {
    repeatRounds(rounds, configuration)
} else {
    show(configuration)
}
