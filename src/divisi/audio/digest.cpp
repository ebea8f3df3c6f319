// SPDX-License-Identifier: Apache-2.0
#include "divisi/audio/digest.h"

#include "divisi/audio/descriptor.h"

#include <array>
#include <memory>
#include <new>
#include <openssl/evp.h>
#include <vector>

namespace divisi {

std::string sha256_of(const std::filesystem::path& path) {
  return sha256_of(Descriptor::open(path));
}

std::string sha256_of(const Descriptor& file) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
  std::vector<std::byte> block(1 << 20);
  std::int64_t position = 0;
  while (const std::size_t count = file.read_at(block, position)) {
    EVP_DigestUpdate(context.get(), block.data(), count);
    position += static_cast<std::int64_t>(count);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);

  constexpr const char* kDigits = "0123456789abcdef";
  std::string hex;
  for (std::size_t i = 0; i < size; ++i) hex += {kDigits[digest[i] >> 4U], kDigits[digest[i] & 15U]};
  return hex;
}

}  // namespace divisi
