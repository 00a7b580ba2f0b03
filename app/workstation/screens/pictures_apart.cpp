#include "app/workstation/screens/pictures_apart.h"

#include <QBoxLayout>
#include <QEvent>
#include <QGuiApplication>
#include <QLabel>
#include <QScreen>
#include <QSettings>
#include <QTimer>
#include <QVariant>

namespace mama {
namespace {

const QString placeName = QStringLiteral("pictures");

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

PicturesApart::PicturesApart(QWidget& pictures, QBoxLayout& home, QSettings& settings, QObject* parent)
    : QObject(parent), m_pictures(pictures), m_home(home), m_settings(settings), m_monitors(monitorsNow()),
      m_standIn(new QLabel(pictures.parentWidget())), m_moved(new QTimer(this))
{
    m_standIn->setAlignment(Qt::AlignCenter);
    m_standIn->setWordWrap(true);
    m_standIn->hide();
    m_home.insertWidget(m_home.indexOf(&m_pictures), m_standIn, 1);
    m_moved->setSingleShot(true);
    m_moved->setInterval(300);
    connect(m_moved, &QTimer::timeout, this, &PicturesApart::remember);
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

PicturesApart::~PicturesApart()
{
    if (m_window)
        m_window->removeEventFilter(this);
}

void PicturesApart::setWords(const QString& words) { m_standIn->setText(words); }

void PicturesApart::setApart(bool apart)
{
    if (apart == isApart())
        return;
    if (apart)
        goOut();
    else
        leave();
    remember();
}

void PicturesApart::goOut()
{
    const QRect place = m_settings.value(placeKey(placeName + QStringLiteral("-geometry"), m_monitors)).toRect();
    const bool whole = m_settings.value(placeKey(placeName + QStringLiteral("-whole"), m_monitors)).toBool();
    m_window = new QWidget(m_pictures.window(), Qt::Window);
    m_window->setObjectName(QStringLiteral("picturesWindow"));
    m_window->setWindowTitle(tr("Pictures — MaMA Workstation"));
    m_window->setAttribute(Qt::WA_DeleteOnClose, false);
    m_window->setAcceptDrops(true);
    m_window->setMinimumSize(400, 300);
    m_window->setGeometry(place.isValid() && isInSight(place, m_monitors) ? place : firstPlace(m_pictures, m_monitors));
    auto* column = new QVBoxLayout(m_window);
    column->setContentsMargins(0, 0, 0, 0);
    m_home.removeWidget(&m_pictures);
    column->addWidget(&m_pictures);
    m_standIn->show();
    m_window->installEventFilter(this);
    if (whole)
        m_window->showFullScreen();
    else
        m_window->show();
    m_pictures.show();
    Q_EMIT changed(true);
}

void PicturesApart::leave()
{
    QWidget* window = m_window;
    m_window = nullptr;
    m_moved->stop();
    window->removeEventFilter(this);
    window->hide();
    m_home.insertWidget(m_home.indexOf(m_standIn), &m_pictures, 1);
    m_standIn->hide();
    m_pictures.show();
    window->deleteLater();
    Q_EMIT changed(false);
}

void PicturesApart::remember()
{
    m_settings.setValue(placeKey(placeName, m_monitors), isApart());
    if (!isApart())
        return;
    m_settings.setValue(placeKey(placeName + QStringLiteral("-whole"), m_monitors), m_window->isFullScreen());
    if (!m_window->isFullScreen())
        m_settings.setValue(placeKey(placeName + QStringLiteral("-geometry"), m_monitors), m_window->geometry());
}

void PicturesApart::setMonitors(const Monitors& monitors)
{
    m_moved->stop(); // what moved it was the change
    const QRect was = m_window ? m_window->geometry() : QRect();
    m_monitors = monitors;
    const bool wanted = m_settings.value(placeKey(placeName, m_monitors), false).toBool();
    if (wanted && !isApart()) {
        goOut();
    } else if (wanted) {
        const QRect place = m_settings.value(placeKey(placeName + QStringLiteral("-geometry"), m_monitors)).toRect();
        if (place.isValid() && !m_window->isFullScreen())
            m_window->setGeometry(place);
    } else if (isApart() && !isInSight(was, m_monitors)) {
        leave();
        Q_EMIT monitorGone();
    }
}

bool PicturesApart::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_window)
        return QObject::eventFilter(watched, event);
    switch (event->type()) {
    case QEvent::Close:
        event->ignore();
        setApart(false);
        return true;
    case QEvent::Move:
    case QEvent::Resize:
    case QEvent::WindowStateChange: m_moved->start(); break;
    case QEvent::WindowActivate: Q_EMIT windowActive(); break;
    default: break;
    }
    return QObject::eventFilter(watched, event);
}

} // namespace mama
