#include "app/workstation/screens/apart_window.h"

#include <QEvent>
#include <QGuiApplication>
#include <QScreen>
#include <QSettings>
#include <QTimer>
#include <QVBoxLayout>
#include <QVariant>

namespace mama {
namespace {

// Beside the main window if there is another monitor, else over its right half.
QRect firstPlace(const QWidget& main, const Monitors& monitors)
{
    const QRect own = main.window()->frameGeometry();
    for (const Monitor& each : monitors)
        if (!each.geometry.intersects(own))
            return each.geometry;
    return {own.center().x(), own.y() + 40, own.width() / 2, own.height() - 80};
}

} // namespace

ApartWindow::ApartWindow(Content content, QWidget& main, QSettings& settings, QObject* parent)
    : QObject(parent), m_content(std::move(content)), m_main(main), m_settings(settings), m_monitors(monitorsNow()),
      m_moved(new QTimer(this))
{
    m_moved->setSingleShot(true);
    m_moved->setInterval(300);
    connect(m_moved, &QTimer::timeout, this, &ApartWindow::remember);
    const auto follow = [this] { setMonitors(monitorsNow()); };
    const auto watch = [this, follow](QScreen* screen) { connect(screen, &QScreen::geometryChanged, this, follow); };
    for (QScreen* screen : QGuiApplication::screens())
        watch(screen);
    connect(qGuiApp, &QGuiApplication::screenAdded, this, [follow, watch](QScreen* screen) {
        watch(screen);
        follow();
    });
    connect(qGuiApp, &QGuiApplication::screenRemoved, this, [this](QScreen* screen) {
        Monitors left;
        for (const QScreen* each : QGuiApplication::screens())
            if (each != screen)
                left.push_back({each->name(), each->geometry()});
        setMonitors(left);
    });
}

ApartWindow::~ApartWindow()
{
    if (m_window)
        m_window->removeEventFilter(this);
}

QString ApartWindow::key(const char* what) const { return placeKey(m_content.name + QLatin1String(what), m_monitors); }

void ApartWindow::setOpen(bool wanted)
{
    if (wanted == isOpen())
        return;
    if (wanted)
        open();
    else
        close();
    remember();
}

void ApartWindow::open()
{
    const QRect place = m_settings.value(key("-geometry")).toRect();
    const bool whole = m_settings.value(key("-whole")).toBool();
    m_window = new QWidget(m_main.window(), Qt::Window);
    m_window->setObjectName(m_content.name + QStringLiteral("Window"));
    m_window->setAttribute(Qt::WA_DeleteOnClose, false);
    m_window->setAcceptDrops(true);
    m_window->setMinimumSize(400, 300);
    m_window->setGeometry(place.isValid() && isInSight(place, m_monitors) ? place : firstPlace(m_main, m_monitors));
    auto* column = new QVBoxLayout(m_window);
    column->setContentsMargins(0, 0, 0, 0);
    m_content.enter(*column);
    m_window->installEventFilter(this);
    if (whole)
        m_window->showFullScreen();
    else
        m_window->show();
    Q_EMIT changed(true);
}

void ApartWindow::close()
{
    QWidget* window = m_window;
    m_window = nullptr;
    m_moved->stop();
    window->removeEventFilter(this);
    window->hide();
    m_content.leave();
    window->deleteLater();
    Q_EMIT changed(false);
}

void ApartWindow::remember()
{
    m_settings.setValue(key(""), isOpen());
    if (!isOpen())
        return;
    m_settings.setValue(key("-whole"), m_window->isFullScreen());
    if (!m_window->isFullScreen())
        m_settings.setValue(key("-geometry"), m_window->geometry());
}

void ApartWindow::setMonitors(const Monitors& monitors)
{
    m_moved->stop(); // what moved it was the change
    const QRect was = m_window ? m_window->geometry() : QRect();
    m_monitors = monitors;
    const bool wanted = m_settings.value(key(""), false).toBool();
    if (wanted && !isOpen()) {
        open();
    } else if (wanted) {
        const QRect place = m_settings.value(key("-geometry")).toRect();
        if (place.isValid() && !m_window->isFullScreen())
            m_window->setGeometry(place);
    } else if (isOpen() && !isInSight(was, m_monitors)) {
        close();
        Q_EMIT monitorGone();
    }
}

bool ApartWindow::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_window)
        return QObject::eventFilter(watched, event);
    switch (event->type()) {
    case QEvent::Close:
        event->ignore();
        setOpen(false);
        return true;
    case QEvent::Move:
    case QEvent::Resize:
    case QEvent::WindowStateChange: m_moved->start(); break;
    case QEvent::WindowActivate: Q_EMIT keyboardMoved(true); break;
    case QEvent::WindowDeactivate: Q_EMIT keyboardMoved(false); break;
    default: break;
    }
    return QObject::eventFilter(watched, event);
}

} // namespace mama
