import {startBanner} from './banner.js';
import {models} from './model-feed.js';
import {startRouter} from './router.js';
import {startTools} from './tools.js';
import {traffic} from './traffic-feed.js';

startTools(document.getElementById('tools'));
startBanner(document.getElementById('banner'));
models.start();
traffic.start();
startRouter(document.getElementById('nav'), document.getElementById('main'));
