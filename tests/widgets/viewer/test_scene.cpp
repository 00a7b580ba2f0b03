#include <vtk_glew.h> // before any header of OpenGL

#include "tests/support/test_data.h"
#include "tests/widgets/viewer/synthetic.h"
#include "widgets/viewer/scene/gpu.h"
#include "widgets/viewer/scene/scene.h"

#include <QTest>
#include <cmath>
#include <vtkNew.h>
#include <vtkXOpenGLRenderWindow.h>

// The scene without Qt and without a visible window: VTK's own off-screen context, a frame given as a value, pixels.
using namespace mama;
using namespace mama::viewer;
using mama::test::makeImage;
using mama::test::makeMap;
using mama::test::SyntheticImage;

namespace {

constexpr int width = 640, height = 480;

// What was drawn, RGBA.
struct Picture
{
    std::vector<std::uint8_t> rgba;
    const std::uint8_t* at(int x, int y) const // y from the top
    {
        return &rgba[(static_cast<std::size_t>(height - 1 - y) * width + static_cast<std::size_t>(x)) * 4];
    }
};

class OffScreen
{
public:
    OffScreen()
    {
        m_window->SetShowWindow(false);
        m_window->SetUseOffScreenBuffers(true);
        m_window->SetSize(width, height);
        m_window->Initialize();
        m_window->MakeCurrent();
        m_scene = std::make_unique<Scene>(m_window);
        m_target = std::make_unique<GpuTarget>(m_window, TexelType::Rgba8, width, height);
    }
    ~OffScreen()
    {
        m_window->MakeCurrent();
        m_target.reset();
        m_scene.reset();
    }

    Scene& scene() { return *m_scene; }
    Picture draw(const SceneFrame& frame, bool* pending = nullptr)
    {
        Picture picture;
        picture.rgba.resize(std::size_t{4} * width * height);
        m_target->fill([&] {
            const bool more = m_scene->render(frame);
            if (pending)
                *pending = more;
            glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, picture.rgba.data());
        });
        return picture;
    }

private:
    vtkNew<vtkXOpenGLRenderWindow> m_window;
    std::unique_ptr<Scene> m_scene;
    std::unique_ptr<GpuTarget> m_target;
};

std::shared_ptr<const ViewImage> ramp()
{
    SyntheticImage image;
    image.rows = 160;
    image.columns = 120;
    image.value = [](int c, int r) { return 20 * c + 5 * r; };
    image.pipeline.voi.push_back({mama::Window{1600, 3200, WindowFunction::LinearExact, "W"}, {}});
    return makeImage(image);
}

// Eight images, each pixel on one pixel of the screen.
SceneFrame eightPanes(const std::shared_ptr<const ViewImage>& image)
{
    SceneFrame frame;
    frame.width = width;
    frame.height = height;
    for (int i = 0; i < 8; ++i) {
        const PixelRect area{i % 4 * 160, i / 4 * 240, 160, 240};
        frame.panes.push_back(
            {image, nullptr, area, {area.x + 10.0, area.y + 20.0, 1, 1}, {0, image->voi()[0].window.value()}, false});
    }
    return frame;
}

int expected(int column, int row, double centre, double windowWidth)
{
    const double value = 20 * column + 5 * row;
    return static_cast<int>(std::lround(255 * std::clamp((value - centre) / windowWidth + 0.5, 0.0, 1.0)));
}

} // namespace

class TestScene : public QObject
{
    Q_OBJECT
private:
    // An X server without clients starts anew, and nobody can connect meanwhile: one stays.
    std::unique_ptr<OffScreen> m_client;
private Q_SLOTS:
    void initTestCase() { m_client = std::make_unique<OffScreen>(); }
    void cleanupTestCase() { m_client.reset(); }

    void everyPaneIsTheWindowedImage()
    {
        OffScreen screen;
        const SceneFrame frame = eightPanes(ramp());
        const Picture picture = screen.draw(frame);
        for (const ScenePane& pane : frame.panes)
            for (const auto& [column, row] : {std::pair{0, 0}, {60, 80}, {119, 159}, {3, 150}}) {
                const auto* shown = picture.at(pane.area.x + 10 + column, pane.area.y + 20 + row);
                QVERIFY(std::abs(shown[1] - expected(column, row, 1600, 3200)) <= 1);
                QVERIFY(shown[0] == shown[1] && shown[1] == shown[2]);
            }
        QCOMPARE(int(picture.at(5, 5)[1]), 0); // beside the images
    }

    // Windows, polarity and bars touch no image; a pan samples the one that moved.
    void windowingSamplesNothingAgain()
    {
        OffScreen screen;
        SceneFrame frame = eightPanes(ramp());
        screen.draw(frame);
        const int sampled = screen.scene().resampleCount();
        QCOMPARE(sampled, 8);
        for (ScenePane& pane : frame.panes)
            pane.shade.window.centre = 900;
        frame.bars.push_back({{0, 0, 640, 4}, 1, 0, 0, 1});
        const Picture picture = screen.draw(frame);
        QCOMPARE(screen.scene().resampleCount(), sampled);
        QVERIFY(std::abs(picture.at(480 + 10 + 60, 240 + 20 + 80)[1] - expected(60, 80, 900, 3200)) <= 1);
        QCOMPARE(int(picture.at(300, 2)[0]), 255);
        frame.panes[5].transform.originX += 3;
        const Picture moved = screen.draw(frame);
        QCOMPARE(screen.scene().resampleCount(), sampled + 1);
        QVERIFY(std::abs(moved.at(160 + 13 + 60, 240 + 20 + 80)[1] - expected(60, 80, 900, 3200)) <= 1);
    }

    // A pan copies what it can: every pixel is the same as in a scene that sees the new place first.
    void whatMovedIsWhatWouldBeDrawnAnew_data()
    {
        QTest::addColumn<double>("scale");
        QTest::addColumn<int>("kind");
        for (const double scale : {0.437, 1.0, -1.0, 2.71})
            for (int kind = 0; kind < 5; ++kind)
                QTest::addRow("scale %g, style %d", scale, kind) << scale << kind;
    }

    void whatMovedIsWhatWouldBeDrawnAnew()
    {
        QFETCH(double, scale);
        QFETCH(int, kind);
        SyntheticImage odd;
        odd.rows = 431;
        odd.columns = 377;
        odd.value = [](int c, int r) { return (c * 7919 + r * 104729) % 4001; };
        odd.pipeline.padding = {0, 90};
        odd.pipeline.voi.push_back({mama::Window{2000, 4000, WindowFunction::LinearExact, "W"}, {}});
        const auto image = makeImage(odd);
        SceneFrame frame;
        frame.width = width;
        frame.height = height;
        frame.style.cells = kind == 1;
        frame.style.isolines = kind == 2;
        frame.style.outline = kind == 3;
        const auto map = std::make_shared<MapOverlay>(makeMap(*image, {31, 40, 300, 377}, 112, [](int r, int c) {
            return (r * 5 + c) % 7 ? static_cast<float>(std::sin(r + 0.7 * c)) : std::nanf("");
        }));
        const double left = scale < 0 ? 377 : 0;
        frame.panes = {
            {image, map, {0, 0, 320, 480}, {left + 11.3, 17.8, scale, std::abs(scale)}, {}, kind == 4},
            {image, map, {320, 0, 320, 480}, {left + 330.5, -60.25, scale, -std::abs(scale)}, {}, kind == 4}};
        frame.panes[1].transform.originY = 480;
        for (ScenePane& pane : frame.panes)
            pane.shade.window = image->voi()[0].window.value();
        OffScreen screen;
        screen.draw(frame);
        for (const auto& [x, y] : {std::pair{3, -5}, {-41, 16}, {0, 9}, {7, 0}, {-319, 2}, {500, 1}, {-180, 30}}) {
            for (ScenePane& pane : frame.panes) {
                pane.transform.originX += x;
                pane.transform.originY += y;
            }
            OffScreen fresh;
            QVERIFY2(screen.draw(frame).rgba == fresh.draw(frame).rgba,
                     qPrintable(QStringLiteral("%1, %2").arg(x).arg(y)));
        }
    }

    // What only changes its size or colours may be drawn on larger pixels; all else, and a frame that is no draft, is
    // as a scene draws it that sees it first.
    void draftsAreOfWhatChangesItsSize()
    {
        const auto image = ramp();
        const auto map = std::make_shared<MapOverlay>(makeMap(*image, {0, 0, 119, 159}, 112, [](int r, int c) {
            return static_cast<float>(std::sin(0.2 * r + 0.3 * c));
        }));
        SceneFrame frame = eightPanes(image);
        frame.height = height - 1; // an odd number of rows
        frame.panes.resize(3);
        frame.panes[1].area = {160, 0, 161, 243};
        for (ScenePane& pane : frame.panes)
            pane.overlay = map;
        OffScreen screen;
        const auto farFromSharp = [&](const Picture& picture) { // share of the samples
            OffScreen fresh;
            const Picture sharp = fresh.draw(frame);
            std::size_t far = 0;
            for (std::size_t i = 0; i < sharp.rgba.size(); ++i)
                far += std::abs(sharp.rgba[i] - picture.rgba[i]) > 10 ? 1U : 0U;
            return static_cast<double>(far) / static_cast<double>(sharp.rgba.size());
        };
        frame.draft = true;
        const auto check = [&](bool drafted) {
            const Picture picture = screen.draw(frame);
            QCOMPARE(screen.scene().drafted(), drafted);
            const double far = farFromSharp(picture);
            QVERIFY2(far <= (drafted ? 0.01 : 0.0), qPrintable(QString::number(far)));
        };
        check(false);
        for (ScenePane& pane : frame.panes)
            pane.shade.window.centre = 900;
        check(false);
        for (const double factor : {1.3, 0.7, 1.1})
            for (bool drafted : {true, false}) {
                for (ScenePane& pane : frame.panes)
                    if (drafted)
                        pane.transform = pane.transform.enlarged(factor, {pane.area.x + 70.0, 90});
                check(drafted); // the second time it is at rest
            }
        frame.panes[0].transform = frame.panes[0].transform.enlarged(1.2, {50, 60});
        check(true); // one of them
        frame.panes[0].transform.originX += 3;
        check(false); // moved
        frame.style.threshold = 0.1;
        check(true);
        frame.draft = false;
        check(false);
        frame.draft = true;
        frame.panes[0].overlay = std::make_shared<MapOverlay>(*map);
        check(false); // another map
    }

    void theMapOfOnePaneStaysInIt()
    {
        OffScreen screen;
        const auto image = ramp();
        SceneFrame frame = eightPanes(ramp());
        frame.panes[6].image = image;
        const Picture bare = screen.draw(frame);
        frame.panes[6].overlay =
            std::make_shared<MapOverlay>(makeMap(*image, {0, 0, 119, 159}, 112, [](int, int) { return 1.0F; }));
        frame.style.opacity = 1;
        const Picture picture = screen.draw(frame);
        const auto& top = colours(ColourMap::Even)[255];
        const auto* shown = picture.at(320 + 10 + 60, 240 + 20 + 80);
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY(std::abs(shown[i] - top[i]) <= 2);
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x)
                if (!PixelRect{330, 260, 120, 160}.contains(x, y))
                    QVERIFY(std::equal(picture.at(x, y), picture.at(x, y) + 3, bare.at(x, y)));
    }

    // One image in several panes and under the loupe: each has the map that it was given, as if it were alone.
    void panesOfOneImageHaveTheirOwnMaps()
    {
        OffScreen screen;
        const auto image = ramp();
        const auto mapOf = [&](float value) {
            return std::make_shared<MapOverlay>(
                makeMap(*image, {0, 0, 119, 159}, 112, [=](int, int) { return value; }));
        };
        SceneFrame frame = eightPanes(image);
        frame.panes.resize(3);
        frame.style.opacityByValue = false;
        const auto alone = [&](const ScenePane& pane) {
            SceneFrame one = frame;
            one.panes = {pane};
            one.loupes.clear();
            OffScreen fresh;
            return fresh.draw(one);
        };
        for (const auto& [left, right] :
             {std::pair{-0.5F, 0.75F}, {0.75F, -0.5F}, {0.1F, 0.2F}}) { // the third has none
            frame.panes[0].overlay = mapOf(left);
            frame.panes[1].overlay = mapOf(right);
            frame.loupes = {frame.panes[1]};
            frame.loupes[0].area = {0, 300, 160, 180};
            frame.loupes[0].transform.originY = 310;
            const Picture picture = screen.draw(frame);
            for (const auto* panes : {&frame.panes, &frame.loupes})
                for (const ScenePane& pane : *panes) {
                    const Picture own = alone(pane);
                    for (int y = pane.area.y; y < pane.area.y + pane.area.height && y < height; ++y)
                        if (panes == &frame.loupes || y < frame.loupes[0].area.y)
                            QVERIFY(std::equal(picture.at(pane.area.x, y),
                                               picture.at(pane.area.x, y) + 4 * pane.area.width,
                                               own.at(pane.area.x, y)));
                }
        }
    }

    // Uploads are cut into pieces: a small budget needs several frames and ends with the same picture.
    void uploadsComeInPieces()
    {
        OffScreen whole, pieces;
        SyntheticImage large;
        large.rows = large.columns = 900;
        large.value = [](int c, int r) { return (c * 7 + r * 13) % 3000; };
        large.pipeline.voi.push_back({mama::Window{1500, 3000, WindowFunction::LinearExact, "W"}, {}});
        const auto image = makeImage(large);
        SceneFrame frame;
        frame.width = width;
        frame.height = height;
        frame.panes.push_back(
            {image, nullptr, {0, 0, width, height}, {0, 0, 1, 1}, {0, image->voi()[0].window.value()}, false});
        whole.scene().setUploadBudget(std::size_t{64} << 20);
        bool pending = true;
        const Picture expectedPicture = whole.draw(frame, &pending);
        QVERIFY(!pending);
        pieces.scene().setUploadBudget(std::size_t{256} << 10);
        Picture picture = pieces.draw(frame, &pending);
        QVERIFY(pending);
        int frames = 1;
        for (; pending && frames < 100; ++frames)
            picture = pieces.draw(frame, &pending);
        QVERIFY(!pending && frames > 3);
        QVERIFY(picture.rgba == expectedPicture.rgba);
    }
};

QTEST_GUILESS_MAIN(TestScene)
#include "test_scene.moc"
