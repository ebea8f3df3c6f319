// SPDX-License-Identifier: Apache-2.0
#include "divisi/pipeline/drum_start.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace divisi {
namespace {

constexpr double kLeast = 1e-3;  // of a band, everywhere
constexpr double kQuiet = 0.03;  // of H, where nothing rises
constexpr std::array<double, kDrums> kDecays{0.10, 0.10, 0.05};

double bell(double octaves, double width) {
  return std::exp(-0.5 * octaves * octaves / (width * width));
}

// How much of a band there is at a frequency, 0 to 1.
double band(Index drum, double frequency_hz) {
  const double octave = std::log2(std::max(frequency_hz, 20.0));
  if (drum == 0) return bell(octave - std::log2(80.0), 0.8);
  if (drum == 1) return bell(octave - std::log2(900.0), 1.5);
  return 1.0 / (1.0 + std::exp(-(octave - std::log2(7000.0)) / 0.25));
}

double mean_of(std::span<const double> values) {
  double sum = 0.0;
  for (const double x : values) sum += x;
  return sum / static_cast<double>(values.size());
}

// Of each bin, over the frames; the mean over the bins is 1.
std::vector<double> mean_spectrum(ConstMatrixView V) {
  std::vector<double> mean(static_cast<std::size_t>(V.rows()), 0.0);
  for (Index j = 0; j < V.cols(); ++j) {
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += static_cast<double>(V.col(j)[i]);
  }
  const double level = std::max(mean_of(mean), 1e-30);
  for (double& x : mean) x /= level;
  return mean;
}

// The squared rise of V in a band over two frames, its mean 1.
std::vector<double> rises(ConstMatrixView V, std::span<const double> weights) {
  std::vector<double> rise(static_cast<std::size_t>(V.cols()), 0.0);
  for (Index j = 0; j < V.cols(); ++j) {
    double sum = 0.0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const float before = j >= 2 ? V.col(j - 2)[i] : 0.0F;
      sum += weights[i] * static_cast<double>(std::max(V.col(j)[i] - before, 0.0F));
    }
    rise[static_cast<std::size_t>(j)] = sum * sum;
  }
  const double level = std::max(mean_of(rise), 1e-30);
  for (double& x : rise) x /= level;
  return rise;
}

}  // namespace

Factors drum_start(ConstMatrixView V, std::span<const double> frequencies_hz, double step_s,
                   Index time_shifts) {
  Factors start{
      .W = Matrix(V.rows(), time_shifts * kDrums), .H = Matrix(kDrums, V.cols()), .time_shifts = time_shifts};
  const std::vector<double> spectrum = mean_spectrum(V);
  double sum_of_h = 0.0;
  for (Index drum = 0; drum < kDrums; ++drum) {
    std::vector<double> weights;
    for (const double frequency : frequencies_hz) weights.push_back(band(drum, frequency));
    const double decay = std::exp(-step_s / kDecays.at(static_cast<std::size_t>(drum)));
    double sum = 0.0;
    for (Index tau = 0; tau < time_shifts; ++tau) {
      for (std::size_t i = 0; i < weights.size(); ++i) {
        const double w =
            std::pow(decay, static_cast<double>(tau)) * (weights[i] + kLeast) * (spectrum[i] + kLeast);
        start.W.col(tau * kDrums + drum)[i] = static_cast<float>(w);
        sum += w;
      }
    }
    for (Index tau = 0; tau < time_shifts; ++tau) {
      for (float& w : start.W.col(tau * kDrums + drum)) w = static_cast<float>(static_cast<double>(w) / sum);
    }
    const double largest = std::ranges::max(weights);
    for (double& weight : weights) weight /= largest;
    const auto rise = rises(V, weights);
    for (std::size_t j = 0; j < rise.size(); ++j) {
      start.H(drum, static_cast<Index>(j)) = static_cast<float>(rise[j] + kQuiet);
      sum_of_h += rise[j] + kQuiet;
    }
  }
  double sum_of_v = 0.0;
  for (Index j = 0; j < V.cols(); ++j) {
    for (const float v : V.col(j)) sum_of_v += static_cast<double>(v);
  }
  for (float& h : start.H.values()) h = static_cast<float>(static_cast<double>(h) * sum_of_v / sum_of_h);
  return start;
}

}  // namespace divisi
