# cmake -D PAGE=page.html [-D STYLE=a.css,b.css] -D OUTPUT=page.cpp -P embed_page.cmake: the empty page of a report as C++,
# with the styles in the place of @STYLE@.
cmake_minimum_required(VERSION 3.25) # else it reads @STYLE@ as a variable
file(READ ${PAGE} page)
set(style "")
string(REPLACE "," ";" sheets "${STYLE}")
foreach(sheet IN LISTS sheets)
  file(READ ${sheet} text)
  string(APPEND style "${text}")
endforeach()
string(REPLACE "@STYLE@" "${style}" page "${page}")
string(HEX "${page}" bytes)
string(LENGTH "${bytes}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "((0x..,){32})" "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT} "// Made by embed_page.cmake.
#include \"divisi/report/page.h\"
#include <array>
namespace divisi {
namespace {
constexpr std::array<unsigned char, ${size}> kPage{\n${bytes}};
}  // namespace
std::string_view page_template() { return {reinterpret_cast<const char*>(kPage.data()), kPage.size()}; }
}  // namespace divisi
")
