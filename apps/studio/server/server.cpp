// SPDX-License-Identifier: Apache-2.0
#include "divisi/core/error.h"
#include "divisi/core/text.h"

#include "guard.h"
#include "pages.h"
#include "session.h"
#include "studio.h"
#include "wishes.h"

#include <fstream>
#include <httplib.h>
#include <sys/socket.h>
#include <thread>

namespace divisi::studio {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostUpload = std::size_t{1} << 30U;
constexpr std::size_t kMostWords = std::size_t{1} << 20U;  // of a request that is no upload
constexpr std::size_t kThreads = 32;                       // every open tab holds one
constexpr std::size_t kSoundSamples = 65536;               // that are read from the recording at once
constexpr const char* kAddress = "127.0.0.1";
constexpr const char* kBytes = "application/octet-stream";

// A folder of its own for what is dropped, gone with the object.
class DropFolder {
 public:
  explicit DropFolder(const fs::path& parent) {
    std::string name = (parent / "divisi-studio-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw Error(Fault::kOutput, parent.string(), "a folder for temporary files",
                  "one that cannot be written");
    path_ = name;
  }
  DropFolder(const DropFolder&) = delete;
  DropFolder& operator=(const DropFolder&) = delete;
  ~DropFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// The last part of a name that the page gave: what people see, never a place on the disk.
std::string shown_name(std::string name) {
  const auto slash = name.find_last_of("/\\");
  if (slash != std::string::npos) name.erase(0, slash + 1);
  return name.empty() || name == "." || name == ".." ? "recording" : one_line(name);
}

void refuse(httplib::Response& response, int status, const std::string& message,
            const std::string& field = "") {
  response.status = status;
  response.set_content(Json::object().set("error", message).set("field", field).dump(), "application/json");
}

// Whether one range at most is asked for, and that inside of `size` bytes: the library believes all of them.
bool is_inside(const httplib::Ranges& ranges, std::size_t size) {
  if (ranges.empty()) return true;
  const auto [first, last] = ranges.front();
  const auto all = static_cast<Index>(size);
  if (ranges.size() > 1 || last >= all) return false;
  return first < 0 ? last > 0 : first < all && (last < 0 || first <= last);
}

// Little-endian float32, interleaved; a range of bytes of them, or all, without holding them.
void send_sound(const std::shared_ptr<Samples>& samples, const httplib::Request& request,
                httplib::Response& response) {
  if (!samples) throw InvalidInput("samples", "a recording that is open", "none");
  const auto frame_bytes = sizeof(float) * static_cast<std::size_t>(samples->channels());
  const std::size_t size = frame_bytes * static_cast<std::size_t>(samples->frames());
  if (!is_inside(request.ranges, size))
    return refuse(response, 416,
                  "expected one range of the bytes 0.." + std::to_string(size - 1) + ", got another");
  const auto send = [samples, frame_bytes](std::size_t from, std::size_t count, httplib::DataSink& sink) {
    const auto channels = static_cast<std::size_t>(samples->channels());
    const std::size_t first = from / frame_bytes;
    const std::size_t wanted = (from + count - 1) / frame_bytes + 1 - first;
    std::vector<float> block(std::min(wanted, std::max<std::size_t>(1, kSoundSamples / channels)) * channels);
    try {
      samples->read(static_cast<Index>(first), block);
    } catch (const Error&) {
      return false;  // ends the connection before all is there
    }
    const auto bytes = std::as_bytes(std::span(block)).subspan(from - first * frame_bytes);
    const auto* begin = reinterpret_cast<const char*>(bytes.data());  // NOLINT: floats as they are in memory
    return sink.write(begin, std::min(bytes.size(), count));
  };
  response.set_content_provider(size, kBytes, send);
}

class Server {
 public:
  explicit Server(const Options& options)
      : drops_(options.temporary_folder), session_(options.output, drops_.path()), token_(random_token()) {
    http_.set_socket_options([](socket_t socket) {
      const int yes = 1;  // and not SO_REUSEPORT, by which another program could share the port
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    port_ = options.port == 0 ? http_.bind_to_any_port(kAddress) : options.port;
    if (port_ <= 0 || (options.port != 0 && !http_.bind_to_port(kAddress, port_))) {
      throw InvalidInput("port", "one that is free (0 takes any)", std::to_string(options.port));
    }
    http_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };  // NOLINT: httplib owns it
    http_.set_keep_alive_max_count(1);
    http_.set_payload_max_length(kMostUpload);
    http_.set_default_headers(
        {{"Content-Security-Policy",
          "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
          "frame-ancestors 'none'"},
         {"Cross-Origin-Resource-Policy", "same-origin"},
         {"Cross-Origin-Opener-Policy", "same-origin"},
         {"X-Content-Type-Options", "nosniff"},
         {"Referrer-Policy", "no-referrer"},
         {"Cache-Control", "no-store"}});
    guard();
    add_pages();
    add_reads();
    add_work();
    if (is_project(options.recording)) {
      session_.open_project(options.recording);
    } else if (!options.recording.empty()) {
      session_.open(options.recording);
    }
  }

  [[nodiscard]] std::string address() const {
    return "http://" + std::string(kAddress) + ":" + std::to_string(port_) + "/" + token_ + "/";
  }

  void serve(const std::function<bool()>& stop) {
    std::atomic<bool> over{false};
    std::thread watch([&] {
      while (!over && !stop()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
      session_.close();
      // Asked before it listens it would not hear, and then listen for ever.
      while (!over && !http_.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      http_.stop();
    });
    http_.listen_after_bind();
    over = true;
    watch.join();
  }

 private:
  [[nodiscard]] std::string at(const std::string& path) const { return "/" + token_ + path; }

  void guard() {
    http_.set_pre_routing_handler([gate = Guard(token_, port_)](const auto& request, auto& response) {
      const std::string host = request.get_header_value("Host");
      const std::string origin = request.get_header_value("Origin");
      const Caller caller{
          request.path, host,
          request.has_header("Origin") ? std::optional<std::string_view>(origin) : std::nullopt};
      const auto path = gate.admit(caller);
      const bool is_upload = path == "/api/recording";
      if (!path || request.get_header_value_count("Host") != 1) {
        refuse(response, 403, "expected the address that 'divisi studio' printed, got another");
      } else if (request.has_header("Range") && path != "/api/samples") {
        refuse(response, 416, "expected no range, got one");
      } else if (request.has_header("Transfer-Encoding")) {
        refuse(response, 411, "expected a length, got none");
      } else if (request.template get_header_value<std::uint64_t>("Content-Length") >
                 (is_upload ? kMostUpload : kMostWords)) {
        refuse(response, 413,
               "expected at most 1 GiB, got more; 'divisi studio FILE' opens files of any size");
      } else {
        return httplib::Server::HandlerResponse::Unhandled;
      }
      return httplib::Server::HandlerResponse::Handled;
    });
  }

  void add_pages() {
    for (const Page& page : pages()) {
      // As a provider, since the library would compress what it holds, anew for each request: 0.3 s of
      // app.js.
      const auto send = [content = page.content](std::size_t from, std::size_t count,
                                                 httplib::DataSink& sink) {
        return sink.write(content.data() + from, count);
      };
      const auto answer = [&page, send](const httplib::Request&, httplib::Response& response) {
        response.set_content_provider(page.content.size(), std::string(page.type), send);
      };
      http_.Get(at(std::string(page.path)), answer);
      if (page.path == "/index.html") http_.Get(at("/"), answer);
    }
  }

  void add_reads() {
    http_.Get(at("/api/state"), [this](const auto&, auto& response) {
      response.set_content(session_.state().dump(), "application/json");
    });
    http_.Get(at("/api/parameters"), [](const auto&, auto& response) {
      response.set_content(offered_parameters().dump(), "application/json");
    });
    http_.Get(at("/api/events"), [this](const auto&, auto& response) {
      response.set_chunked_content_provider(
          "text/event-stream", [this, seen = -1L](std::size_t, httplib::DataSink& sink) mutable {
            if (!session_.wait_for_news(seen)) return false;
            const std::string event = "data: " + session_.state().dump() + "\n\n";
            if (!sink.write(event.data(), event.size())) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            return true;
          });
    });
    http_.Get(at("/api/factors"),
              [this](const auto&, auto& response) { response.set_content(session_.factors(), kBytes); });
    http_.Get(at("/api/shapes"),
              [this](const auto&, auto& response) { response.set_content(session_.shapes(), kBytes); });
    http_.Get(at("/api/preview"),
              [this](const auto&, auto& response) { response.set_content(session_.preview(), kBytes); });
    http_.Get(
        at(R"(/api/picture/(\d{1,9})/(\d{1,2})/(\d{1,9}))"), [this](const auto& request, auto& response) {
          const auto part = [&](std::size_t i) { return std::stoi(request.matches[i]); };
          answer(response, [&] { response.set_content(session_.tile(part(1), part(2), part(3)), kBytes); });
        });
    http_.Get(at("/api/samples"), [this](const auto& request, auto& response) {
      try {
        send_sound(session_.samples(), request, response);
      } catch (const Error& error) {
        refuse(response, 400, error.what(), error.subject());
      }
    });
  }

  void add_work() {
    http_.Post(at("/api/recording"), [this](const auto& request, auto& response, const auto& content) {
      answer(response, [&] { receive(request, content); });
    });
    http_.Post(at("/api/run"), [this](const auto& request, auto& response) {
      answer(response, [&] { session_.run(wish(request.body)); });
    });
    http_.Post(at("/api/edit"), [this](const auto& request, auto& response) {
      answer(response, [&] { session_.edit(wish(request.body)); });
    });
    http_.Post(at("/api/back"), [this](const auto& request, auto& response) {
      answer(response, [&] { session_.go_back(wish(request.body)); });
    });
    http_.Post(at("/api/check"), [this](const auto& request, auto& response) {
      answer(response, [&] { (void)session_.checked(wish(request.body)); });
    });
    http_.Post(at("/api/export"), [this](const auto& request, auto& response) {
      answer(response, [&] { session_.write_stems(wish(request.body)); });
    });
    http_.Post(at("/api/save"), [this](const auto& request, auto& response) {
      answer(response, [&] { session_.save(wish(request.body)); });
    });
    http_.Post(at("/api/project"), [this](const auto& request, auto& response) {
      answer(response,
             [&] { session_.take_project(request.body, shown_name(request.get_param_value("name"))); });
    });
    http_.Post(at("/api/stop"),
               [this](const auto&, auto& response) { answer(response, [&] { session_.stop(); }); });
  }

  static Json wish(const std::string& body) {
    const auto json = Json::parse(body);
    if (!json) throw InvalidInput("request", "JSON", "something else");
    return *json;
  }

  template <typename Work>
  static void answer(httplib::Response& response, const Work& work) {
    try {
      work();
      if (response.body.empty()) response.set_content("{}", "application/json");
    } catch (const Error& error) {
      refuse(response, 400, error.what(), error.subject());
    }
  }

  void receive(const httplib::Request& request, const httplib::ContentReader& content) {
    const std::scoped_lock one(receiving_);
    const auto dropped =
        std::make_shared<const DroppedFile>(drops_.path() / ("recording-" + std::to_string(++received_)));
    std::ofstream file(dropped->path(), std::ios::binary);
    std::size_t size = 0;
    const bool whole = content([&](const char* data, std::size_t length) {
      size += length;
      return size <= kMostUpload && file.write(data, static_cast<std::streamsize>(length)).good();
    });
    file.close();
    if (!whole || !file) {
      throw Error(Fault::kOutput, "recording", "a file that arrives whole",
                  std::to_string(size) + " bytes of it");
    }
    session_.open(dropped, shown_name(request.get_param_value("name")));
  }

  DropFolder drops_;
  Session session_;
  std::string token_;
  int port_ = 0;
  std::mutex receiving_;
  int received_ = 0;
  httplib::Server http_;
};

}  // namespace

void serve(const Options& options, const std::function<void(const std::string&)>& ready,
           const std::function<bool()>& stop) {
  Server server(options);
  ready(server.address());
  server.serve(stop);
}

}  // namespace divisi::studio
