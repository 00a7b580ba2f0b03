#include "core/base/error.h"
#include "core/base/files.h"
#include "core/download/catalogue.h"
#include "core/download/hub_address.h"
#include "core/download/source_answer.h"
#include "tests/support/test_data.h"

using namespace mama;
using nlohmann::json;

// What is known of public checkpoints, and where they are looked for.
class TestCatalogue : public QObject
{
    Q_OBJECT
private:
    static json document() { return readJson(test::sourceFolder() / "resources/models/catalogue.json"); }
    // What the reader says of a catalogue; empty: it takes it.
    static std::string complaint(const json& catalogue)
    {
        try {
            readCatalogue(catalogue.dump(), "catalogue.json");
            return {};
        } catch (const Error& error) {
            return error.what();
        }
    }

    struct Fault
    {
        const char *name, *words; // words: of the complaint
        std::function<void(json& all, json& model)> make;
    };
    static std::vector<Fault> faults()
    {
        return {
            {"hub", "https", [](json& all, json&) { all["hub"] = "ftp:x"; }},
            {"hub with a password", "password",
             [](json& all, json&) { all["hub"] = std::string("https:/") + "/a:b@x"; }},
            {"models no list", "models", [](json& all, json&) { all["models"] = json::object(); }},
            {"no title", "title", [](json&, json& model) { model.erase("title"); }},
            {"title of another type", "title", [](json&, json& model) { model["title"] = 3; }},
            {"unknown field", "colour", [](json&, json& model) { model["colour"] = "red"; }},
            {"name twice", "two models", [](json& all, json& model) { all["models"].push_back(json(model)); }},
            {"name with a slash", "name", [](json&, json& model) { model["name"] = "a/b"; }},
            {"file above the folder", "leads out", [](json&, json& model) { model["files"][0]["name"] = "../a.tar"; }},
            {"absolute path", "leads out", [](json&, json& model) { model["files"][0]["path"] = "/etc/a"; }},
            {"no source", "repository",
             [](json&, json& model) {
                 model["files"][0] = {{"name", "a.tar"}};
             }},
            {"file twice", "two files", [](json&, json& model) { model["files"].push_back(json(model["files"][0])); }},
            {"weights of another name", "weights", [](json&, json& model) { model["weights"] = "x.tar"; }},
            {"text model of another name", "text_model", [](json&, json& model) { model["text_model"] = "x"; }},
            {"hash of another form", "sha256", [](json&, json& model) { model["files"][0]["sha256"] = "ABC"; }},
            {"negative size", "bytes", [](json&, json& model) { model["files"][0]["bytes"] = -1; }},
            {"figure over 1", "value", [](json&, json& model) { model["figures"][0]["value"] = 62; }},
            {"no pointer", "pointer", [](json&, json& model) { model["expects"]["family"] = 1; }}};
    }

private Q_SLOTS:
    void builtInIsTheFile()
    {
        const Catalogue catalogue = builtInCatalogue();
        QCOMPARE(catalogue.models.size(), document()["models"].size());
        for (const CatalogueModel& model : catalogue.models) {
            QVERIFY(catalogue.find(model.name) == &model);
            QVERIFY2(!model.trainedOn.empty() && !model.licence.empty() && !model.notFor.empty(), model.name.c_str());
            for (const CatalogueFile& file : model.files)
                QVERIFY2(!file.bytes && file.sha256.empty(), "a size or hash that nobody states is asked, not written");
        }
        QVERIFY(catalogue.find("no-such-model") == nullptr);
        QVERIFY_EXCEPTION_THROWN(catalogue.model("no-such-model"), Error);
    }

    void everyFaultIsNamed_data()
    {
        QTest::addColumn<int>("index");
        int index = 0;
        for (const Fault& fault : faults())
            QTest::newRow(fault.name) << index++;
    }
    void everyFaultIsNamed()
    {
        QFETCH(int, index);
        const Fault fault = faults()[static_cast<std::size_t>(index)];
        json catalogue = document();
        QVERIFY(complaint(catalogue).empty());
        fault.make(catalogue, catalogue["models"][0]);
        const std::string told = complaint(catalogue);
        QVERIFY2(told.find(fault.words) != std::string::npos, told.c_str());
    }

    void addressesOfAHub()
    {
        QCOMPARE(hubAddress("https://mirror.example/hub//"), std::string("https://mirror.example/hub"));
        for (const char* wrong :
             {"", "huggingface.co", "file:///etc/passwd", "https://", "https://x/?q=1", "https://u:p@x"})
            QVERIFY_EXCEPTION_THROWN(hubAddress(wrong), Error);
        CatalogueFile file;
        file.repository = "a/b";
        file.revision = "main";
        file.path = "folder/a name#1.bin";
        QCOMPARE(addressOf(file, "https://x"), std::string("https://x/a/b/resolve/main/folder/a%20name%231.bin"));
    }

    void tokensHoldWhatAHeaderMay()
    {
        QCOMPARE(checkedToken(" hf_abc\n"), std::string("hf_abc"));
        for (const char* wrong : {"a b", "a\r\nHost: x", "\xC3\xA4"})
            QVERIFY_EXCEPTION_THROWN(checkedToken(wrong), Error);
    }

    void redirectsStaySecure()
    {
        QVERIFY(whyNotFollowed("https://a/x", "https://b/y").empty());
        QVERIFY(whyNotFollowed("http://a/x", "http://b/y").empty()); // the base address is so
        QVERIFY(whyNotFollowed("http://a/x", "https://b/y").empty());
        const UserText refused = whyNotFollowed("https://a/x?signed=secret", "http://b/y?signed=secret");
        QVERIFY(!refused.empty() && refused.english().find("secret") == std::string::npos);
        for (const char* nowhere : {"ftp://b/y", "file:///etc/passwd", "data:text/plain,x", "http://", ""})
            QVERIFY2(!whyNotFollowed("https://a/x", nowhere).empty(), nowhere);
    }

    void aTokenGoesWhereItBelongs()
    {
        const Catalogue catalogue = builtInCatalogue();
        const CatalogueModel &gated = catalogue.model("medsiglip"), &open = catalogue.model("mammo-clip-b5");
        qputenv("HF_TOKEN", "hub");
        qunsetenv("MAMA_HUB_TOKEN");
        QCOMPARE(tokenFromEnvironment(catalogue, gated, catalogue.hub), std::string("hub"));
        QCOMPARE(tokenFromEnvironment(catalogue, open, catalogue.hub), std::string()); // not needed, not sent
        QCOMPARE(tokenFromEnvironment(catalogue, gated, "https://mirror.example"), std::string());
        qputenv("MAMA_HUB_TOKEN", "mirror");
        QCOMPARE(tokenFromEnvironment(catalogue, open, "https://mirror.example"), std::string("mirror"));
        checkTokenMayGo("https://mirror.example");
        checkTokenMayGo("http://127.0.0.1:8000");
        QVERIFY_EXCEPTION_THROWN(checkTokenMayGo("http://mirror.example"), Error);
    }

    void whatASourceSays()
    {
        const std::string hash(64, 'a');
        HttpAnswer hub;
        hub.status = 302;
        hub.origin =
            hub.headers = {{"x-linked-size", "123"}, {"x-linked-etag", '"' + hash + '"'}, {"x-repo-commit", "c"}};
        SourceFacts facts = factsOf(hub);
        QVERIFY(facts.bytes == 123u && facts.sha256 == hash && facts.commit == "c");
        HttpAnswer other; // the host that delivers: its tags are no hashes of ours
        other.status = 200;
        other.headers = {{"content-length", "7"}, {"etag", '"' + std::string(64, 'b') + '"'}};
        facts = factsOf(other);
        QVERIFY(facts.bytes == 7u && facts.sha256.empty());
        other.headers["etag"] = "W/\"x\"";
        QVERIFY(factsOf(other).etag.empty()); // weak: says nothing about bytes
        HttpAnswer part;
        part.status = 206;
        part.headers = {{"content-range", "bytes 5-9/10"}};
        QVERIFY(contentRange(part)->first == 5 && contentRange(part)->total == 10u);
        part.headers["content-range"] = "bytes */10";
        QVERIFY(!contentRange(part));
        HttpAnswer busy;
        busy.status = 429;
        busy.headers = {{"retry-after", "3"}};
        QVERIFY(retryAfter(busy) == std::chrono::seconds(3));
        busy.headers["retry-after"] = "Wed, 21 Oct 2015 07:28:00 GMT"; // past
        QVERIFY(retryAfter(busy) == std::chrono::milliseconds(0));
        busy.headers["retry-after"] = "soon";
        QVERIFY(!retryAfter(busy));
    }
};

QTEST_GUILESS_MAIN(TestCatalogue)
#include "test_catalogue.moc"
