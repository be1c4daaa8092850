// SPDX-License-Identifier: Apache-2.0

extension ExpositionValidator {
    /// Checks that each histogram and summary of a family has all its parts.
    mutating func checkParts(of family: ExpositionFamily) {
        guard family.type == "histogram" || family.type == "summary" else { return }
        let bound = family.type == "histogram" ? "le" : "quantile"
        var order: [String] = []
        var groups: [String: [ExpositionSample]] = [:]
        for sample in family.samples {
            let key = ExpositionSample.series(family.name, sample.labels.filter { $0.name != bound })
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(sample)
        }
        for key in order {
            let samples = groups[key] ?? []
            let counts = samples.filter { $0.name == family.name + "_count" }
            if counts.count != 1 { report("\(key) has no _count") }
            if !samples.contains(where: { $0.name == family.name + "_sum" }) { report("\(key) has no _sum") }
            if family.type == "histogram" {
                let buckets = samples.filter { $0.name == family.name + "_bucket" }
                checkBuckets(buckets, count: counts.first?.value, of: key)
            } else {
                checkQuantiles(samples.filter { $0.name == family.name }, of: key)
            }
        }
    }

    private mutating func checkBuckets(_ buckets: [ExpositionSample], count: String?, of key: String) {
        var lastBound = -Double.infinity
        var lastCount = 0.0
        for bucket in buckets {
            guard let text = bucket["le"], let bound = goNumber(text), !bound.isNaN else {
                report("\(key) has a bucket without a number as le")
                continue
            }
            if bound <= lastBound { report("\(key) has le \(text) out of order") }
            let count = Double(bucket.value) ?? 0
            if count < lastCount { report("\(key) has fewer at le \(text) than before it") }
            lastBound = bound
            lastCount = count
        }
        guard let last = buckets.last, last["le"] == "+Inf" else { return report("\(key) has no le +Inf at its end") }
        if last.value != count { report("\(key) has a _count other than at le +Inf") }
    }

    private mutating func checkQuantiles(_ samples: [ExpositionSample], of key: String) {
        for sample in samples {
            guard let text = sample["quantile"], let quantile = goNumber(text), quantile >= 0, quantile <= 1 else {
                report("\(key) has a sample without a quantile from 0 to 1")
                continue
            }
        }
    }
}
